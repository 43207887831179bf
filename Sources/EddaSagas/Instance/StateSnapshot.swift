/// The state of a saga as it was when steps in this process were called.
///
/// Such a step is given the same state whenever it is called again, although other steps have changed it meanwhile. Many
/// steps may share one.
package struct StateSnapshot: Codable, Hashable, Sendable {
    /// Its number within the saga.
    package let number: Int
    /// The encoded state.
    package let state: StoredBytes
}

extension SagaInstance {
    /// Keeps the present state.
    ///
    /// - Returns: Its number.
    mutating func keepSnapshot() -> Int {
        if let last = snapshots?.last, last.state == state { return last.number }
        let number = (snapshots?.last?.number ?? 0) + 1
        snapshots = (snapshots ?? []) + [StateSnapshot(number: number, state: state)]
        return number
    }

    /// The state that what is done in this process is given.
    func snapshot(for command: OutgoingCommand) -> StoredBytes {
        guard let number = command.snapshot else { return state }
        return snapshots?.first { $0.number == number }?.state ?? state
    }

    /// Drops the states that no step is called with any more.
    mutating func dropSnapshots() {
        guard snapshots != nil else { return }
        let open: Set<StepStatus> = [.dispatched, .failed, .rejected, .unknown]
        var wanted: Set<Int> = []
        for step in steps {
            let command =
                open.contains(step.status) ? step.forward.command : step.status.isOfUndo ? step.undo.command : nil
            if let number = command?.snapshot { wanted.insert(number) }
        }
        snapshots?.removeAll { !wanted.contains($0.number) }
        if snapshots?.isEmpty ?? false { snapshots = nil }
    }
}
