internal import EddaCore
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
/// does not wake it for every commit. Once a second it calls every handler anyway, however busy some files are: a writer
/// that is killed between its commit and its touch wakes nobody, and where the system has no watches left this is what
/// remains.
final class NotifyWatcher: Sendable {
    static let shared = NotifyWatcher()

    private struct State {
        var handlers: [UInt64: @Sendable () -> Void] = [:]
        /// The system's watches and whose they are.
        ///
        /// The system gives one watch for one file, however many stores of the process follow it.
        var tokens: [Int32: Set<UInt64>] = [:]
        var next: UInt64 = 0
        var isRunning = false
    }

    private let state = Mutex(State())
    /// The inotify instance; negative where there is none.
    private let descriptor: Int32
    private static let pause: UInt32 = 10_000
    private static let patience: Duration = .seconds(1)

    private init() {
        #if os(Linux)
        descriptor = inotify_init1(Int32(IN_CLOEXEC))
        #else
        descriptor = -1
        #endif
    }

    /// Calls `handler` soon after the file was touched, by whichever process, and once a second.
    ///
    /// - Returns: What ``stop(_:)`` takes.
    func watch(_ path: String, handler: @escaping @Sendable () -> Void) -> UInt64 {
        let (token, mustStart) = state.withLock { state in
            state.next += 1
            state.handlers[state.next] = handler
            #if os(Linux)
            let watch = inotify_add_watch(descriptor, path, UInt32(IN_MODIFY))
            if watch >= 0 { state.tokens[watch, default: []].insert(state.next) }
            #endif
            defer { state.isRunning = true }
            return (state.next, !state.isRunning)
        }
        if mustStart {
            let queue = WorkQueue(name: "edda-notify", threads: 1)
            queue.submit { [self] in run() }
        }
        return token
    }

    /// Ends a watch.
    func stop(_ token: UInt64) {
        state.withLock { state in
            state.handlers[token] = nil
            guard let watch = state.tokens.first(where: { $0.value.contains(token) })?.key else { return }
            state.tokens[watch]?.remove(token)
            guard state.tokens[watch]?.isEmpty == true else { return }
            state.tokens[watch] = nil
            #if os(Linux)
            inotify_rm_watch(descriptor, watch)
            #endif
        }
    }

    private func run() {
        var deadline = ContinuousClock.now + Self.patience
        while true {
            var called = waitForTouches(until: deadline)
            if ContinuousClock.now >= deadline {
                called = state.withLock { Array($0.handlers.values) }
                deadline = .now + Self.patience
            }
            for handler in called { handler() }
            usleep(Self.pause)
        }
    }

    /// The handlers of the files that are touched first, none when that is not before the deadline.
    private func waitForTouches(until deadline: ContinuousClock.Instant) -> [@Sendable () -> Void] {
        var file = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let rest = max(.zero, ContinuousClock.now.duration(to: deadline)).wholeMicroseconds
        guard poll(&file, 1, Int32((rest + 999) / 1_000)) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &buffer, buffer.count)
        // An event without a name, as here, is 16 bytes: the watch first, the length of the name last.
        var watches = Set<Int32>()
        buffer.withUnsafeBytes { bytes in
            var offset = 0
            while offset + 16 <= count {
                watches.insert(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
                offset += 16 + Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            }
        }
        return state.withLock { state in
            watches.compactMap { state.tokens[$0] }.joined().compactMap { state.handlers[$0] }
        }
    }
}
