internal import EddaCore
internal import Logging

extension ProjectionEngine {
    /// The owner of the timers by which the programs that keep projections current show that they are at work.
    ///
    /// Each projection has one, which is put off again and again; so one that is due tells that nobody does so any more.
    package static let timerOwner = "projections"

    /// How often the timers are put off, and for how long.
    static let heartbeat = (interval: Duration.seconds(10), patience: Duration.seconds(30))

    /// Shows that this program keeps its asynchronous projections current, until the task is cancelled.
    ///
    /// An inline projection needs nobody: whoever appends keeps it current.
    ///
    /// - Throws: Errors of the store that do not go away.
    func keepShowing() async throws {
        let names = workers.filter { $0.projection.mode == .async }.map(\.name.rawValue)
        guard !names.isEmpty else { return }
        do {
            while true {
                do {
                    try await store.write { transaction in
                        let due = transaction.now.advanced(by: Self.heartbeat.patience)
                        for name in names {
                            try transaction.setTimer(TimerRow(owner: Self.timerOwner, key: name, due: due))
                        }
                    }
                } catch let error where Self.isTemporary(error) {
                    logger.debug("Nobody learns that this program is at work", metadata: ["reason": "\(error)"])
                }
                try await store.time.sleep(for: Self.heartbeat.interval)
            }
        } catch is CancellationError where Task.isCancelled {
            await stopShowing(names)
        }
    }

    /// What has ended in good order is not missed; a cancelled task could not write that.
    private func stopShowing(_ names: [String]) async {
        do {
            try await Task { [store] in
                try await store.write { transaction in
                    for name in names { try transaction.cancelTimer(owner: Self.timerOwner, key: name) }
                }
            }.value
        } catch {
            logger.debug("Projections count as left alone", metadata: ["reason": "\(error)"])
        }
    }
}
