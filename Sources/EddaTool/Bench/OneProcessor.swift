#if CLI && os(Linux)
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Has the threads of this process run on one processor for a while (sched_setaffinity(2)).
enum OneProcessor {
    private typealias Get = @convention(c) (pid_t, Int, UnsafeMutableRawPointer) -> Int32
    private typealias Set = @convention(c) (pid_t, Int, UnsafeRawPointer) -> Int32
    /// A bit for each processor.
    private typealias Mask = [UInt8]

    /// Runs `body` on one of the processors that the process may use, and lets it use all of them again.
    ///
    /// - Returns: What `body` returns; `nil`, without having called it, where the system does not let it be.
    static func run<Result>(_ body: () async throws -> Result) async throws -> Result? {
        // Not in the headers that Swift imports: they are GNU's own.
        guard let getter = dlsym(nil, "sched_getaffinity"), let setter = dlsym(nil, "sched_setaffinity") else {
            return nil
        }
        let get = unsafeBitCast(getter, to: Get.self)
        let set = unsafeBitCast(setter, to: Set.self)
        guard let all = mask(of: 0, get), let one = single(of: all) else { return nil }
        // What a thread had before, by its number; new threads have what the one that starts them has.
        var before: [pid_t: Mask] = [:]
        defer {
            for thread in threads() { _ = set(thread, all.count, before[thread] ?? all) }
        }
        while true {
            let fresh = threads().filter { before[$0] == nil }
            if fresh.isEmpty { break }
            for thread in fresh {
                before[thread] = mask(of: thread, get) ?? all
                // A thread may have ended meanwhile.
                guard set(thread, one.count, one) == 0 || errno == ESRCH else { return nil }
            }
        }
        return try await body()
    }

    private static func mask(of thread: pid_t, _ get: Get) -> Mask? {
        var mask = Mask(repeating: 0, count: 128)
        return get(thread, mask.count, &mask) == 0 ? mask : nil
    }

    /// The last processor of a mask: the first ones have more of the system's own work.
    private static func single(of mask: Mask) -> Mask? {
        guard let byte = mask.lastIndex(where: { $0 != 0 }) else { return nil }
        var single = Mask(repeating: 0, count: mask.count)
        single[byte] = 0x80 >> UInt8(mask[byte].leadingZeroBitCount)
        return single
    }

    /// The numbers of this process's threads (proc(5)).
    private static func threads() -> [pid_t] {
        guard let folder = opendir("/proc/self/task") else { return [] }
        defer { closedir(folder) }
        var threads: [pid_t] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if let thread = pid_t(name) { threads.append(thread) }
        }
        return threads
    }
}
#endif
