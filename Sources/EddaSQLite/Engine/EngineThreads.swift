internal import EddaCore
internal import Synchronization

/// The threads that all stores of the process share: a bounded number, so that hundreds of databases are cheap.
final class EngineThreads: Sendable {
    static let shared = EngineThreads()

    private static let writerLimit = 8
    private static let readerCount = max(2, min(8, Processors.count))

    private struct Writers {
        var queues: [WorkQueue] = []
        var next = 0
    }

    private let writers = Mutex(Writers())

    /// The threads for reading; any of them takes the next job.
    let readers = WorkQueue(name: "edda-read", threads: EngineThreads.readerCount)

    /// The thread on which one more store shall write.
    ///
    /// The first eight stores get one each; later ones share.
    func assignWriter() -> WorkQueue {
        writers.withLock { writers in
            if writers.queues.count < Self.writerLimit {
                let queue = WorkQueue(name: "edda-write\(writers.queues.count)", threads: 1)
                writers.queues.append(queue)
                return queue
            }
            writers.next = (writers.next + 1) % Self.writerLimit
            return writers.queues[writers.next]
        }
    }
}
