internal import CSQLite

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Jobs that wait for a thread of the engine.
///
/// SQLite calls block, so they never run on Swift's own threads, of which there are only as many as cores.
///
/// `@unchecked Sendable`: `jobs` is touched only between locking and unlocking `mutex`, whose memory and that of
/// `ready` live as long as the queue and are not moved.
final class WorkQueue: @unchecked Sendable {
    typealias Job = @Sendable () -> Void

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let ready = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [Job] = []
    private var next = 0

    /// A queue that `threads` threads serve, as long as the process runs.
    init(name: String, threads: Int) {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(ready, nil)
        for index in 0..<threads { spawn("\(name)-\(index)") }
    }

    /// Adds a job.
    ///
    /// With one thread, jobs run one after another in the order in which they were added.
    func submit(_ job: @escaping Job) {
        pthread_mutex_lock(mutex)
        jobs.append(job)
        pthread_cond_signal(ready)
        pthread_mutex_unlock(mutex)
    }

    /// Runs a job and returns what it returns.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit { continuation.resume(with: Result { try body() }) }
        }
    }

    private func take() -> Job {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while next == jobs.count { pthread_cond_wait(ready, mutex) }
        let job = jobs[next]
        next += 1
        if next == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            next = 0
        } else if next > 1_024 {
            jobs.removeFirst(next)
            next = 0
        }
        return job
    }

    private func spawn(_ name: String) {
        let context = Unmanaged.passRetained(ThreadContext(queue: self, name: String(name.prefix(15)))).toOpaque()
        #if os(Linux)
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { WorkQueue.serve($0) }, context)
        #else
        var thread: pthread_t?
        let code = pthread_create(&thread, nil, { WorkQueue.serve($0) }, context)
        #endif
        precondition(code == 0, "The system refused a thread for the store (error \(code)).")
        #if os(Linux)
        pthread_detach(thread)
        #else
        if let thread { pthread_detach(thread) }
        #endif
    }

    private static func serve(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        let served = Unmanaged<ThreadContext>.fromOpaque(context).takeRetainedValue()
        edda_name_thread(served.name)
        while true { served.queue.take()() }
    }

    private final class ThreadContext {
        let queue: WorkQueue
        let name: String
        init(queue: WorkQueue, name: String) {
            self.queue = queue
            self.name = name
        }
    }
}
