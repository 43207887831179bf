internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Watches the notify files of all open stores of the process, on one thread.
///
/// Touches are coalesced: after one the watcher rests for some milliseconds, so that a busy writer in this very process
/// does not wake it for every commit.
final class NotifyWatcher: Sendable {
    static let shared = NotifyWatcher()

    private struct Watch: Sendable {
        let path: String
        let handler: @Sendable () -> Void
        var seen: Int64
    }

    private struct State {
        var watches: [Int32: Watch] = [:]
        var next: Int32 = 0
        var isRunning = false
    }

    private let state = Mutex(State())
    /// The inotify instance; negative where there is none, and files are looked at in turn.
    private let descriptor: Int32
    private static let pause: UInt32 = 10_000

    private init() {
        #if os(Linux)
        descriptor = inotify_init1(Int32(IN_CLOEXEC))
        #else
        descriptor = -1
        #endif
    }

    /// Calls `handler` soon after the file was touched, by whichever process.
    ///
    /// - Returns: What ``stop(_:)`` takes.
    func watch(_ path: String, handler: @escaping @Sendable () -> Void) -> Int32 {
        let (token, mustStart) = state.withLock { state in
            let token: Int32
            #if os(Linux)
            token = inotify_add_watch(descriptor, path, UInt32(IN_MODIFY))
            #else
            state.next += 1
            token = state.next
            #endif
            state.watches[token] = Watch(path: path, handler: handler, seen: Self.changeTime(of: path))
            defer { state.isRunning = true }
            return (token, !state.isRunning)
        }
        if mustStart {
            let queue = WorkQueue(name: "edda-notify", threads: 1)
            queue.submit { [self] in run() }
        }
        return token
    }

    /// Ends a watch.
    func stop(_ token: Int32) {
        state.withLock { state in
            guard state.watches.removeValue(forKey: token) != nil else { return }
            #if os(Linux)
            inotify_rm_watch(descriptor, token)
            #endif
        }
    }

    private func run() {
        while true {
            let handlers = descriptor >= 0 ? waitForTouches() : lookAtFiles()
            for handler in handlers { handler() }
            usleep(Self.pause)
        }
    }

    private func waitForTouches() -> [@Sendable () -> Void] {
        #if os(Linux)
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return [] }
        // An event without a name, as here, is 16 bytes: the watch first, the length of the name last.
        var tokens = Set<Int32>()
        buffer.withUnsafeBytes { bytes in
            var offset = 0
            while offset + 16 <= count {
                tokens.insert(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
                offset += 16 + Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            }
        }
        return state.withLock { state in tokens.compactMap { state.watches[$0]?.handler } }
        #else
        return []
        #endif
    }

    private func lookAtFiles() -> [@Sendable () -> Void] {
        usleep(Self.pause * 2)
        return state.withLock { state in
            var handlers: [@Sendable () -> Void] = []
            for (token, watch) in state.watches {
                let now = Self.changeTime(of: watch.path)
                guard now != watch.seen else { continue }
                state.watches[token]?.seen = now
                handlers.append(watch.handler)
            }
            return handlers
        }
    }

    private static func changeTime(of path: String) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { return 0 }
        #if os(Linux)
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        #else
        return Int64(status.st_mtimespec.tv_sec) * 1_000_000_000 + Int64(status.st_mtimespec.tv_nsec)
        #endif
    }
}
