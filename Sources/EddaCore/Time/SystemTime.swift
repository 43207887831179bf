#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The machine's clocks: `CLOCK_REALTIME` for the wall, `CLOCK_BOOTTIME` for durations.
public struct SystemTime: TimeSource {
    /// The machine's clocks.
    public init() {}

    /// The present moment.
    public func now() -> Moment {
        var time = timespec()
        #if os(Linux)
        clock_gettime(CLOCK_BOOTTIME, &time)
        #else
        clock_gettime(CLOCK_MONOTONIC, &time)  // On Darwin this one also runs while the machine sleeps.
        #endif
        let uptime = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        return Moment(boot: Self.boot, uptime: uptime, wall: .now())
    }

    /// Returns when at least `duration` has passed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration, clock: .continuous)
    }

    /// The kernel's name for this boot.
    ///
    /// Where there is none, the second in which the machine was started.
    private static let boot: String = {
        #if os(Linux)
        if let file = fopen("/proc/sys/kernel/random/boot_id", "re") {
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 64)
            if fgets(&line, Int32(line.count), file) != nil {
                let text = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
                if !text.isEmpty { return String(decoding: text, as: UTF8.self) }
            }
        }
        #else
        var size = 0
        if sysctlbyname("kern.bootsessionuuid", nil, &size, nil, 0) == 0, size > 0 {
            var text = [CChar](repeating: 0, count: size)
            if sysctlbyname("kern.bootsessionuuid", &text, &size, nil, 0) == 0 {
                return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
        }
        #endif
        var uptime = timespec()
        clock_gettime(CLOCK_MONOTONIC, &uptime)
        return "started-\(Timestamp.now().microseconds / 1_000_000 - Int64(uptime.tv_sec))"
    }()
}
