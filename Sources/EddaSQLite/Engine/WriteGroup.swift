internal import EddaCore

/// Units that are committed together, and what each of them is to be told afterwards.
struct WriteGroup {
    let transaction: SQLiteWriteTransaction
    private var outcomes: [(unit: WriteUnit, error: (any Error)?)] = []

    init(transaction: SQLiteWriteTransaction) { self.transaction = transaction }

    /// The units that have run.
    var units: [WriteUnit] { outcomes.map(\.unit) }

    /// How many units have run.
    var count: Int { outcomes.count }

    /// Whether any unit has run.
    var hasRun: Bool { !outcomes.isEmpty }

    /// About how many bytes its units have written.
    var bytes: Int { transaction.effects.bytes }

    /// Runs a unit behind a savepoint.
    ///
    /// A unit that throws is undone alone. What it threw is its answer, but only after the commit: it may have decided
    /// on what an earlier unit of the group wrote.
    ///
    /// - Returns: An error when the whole group has to be given up for the fault of this unit.
    mutating func run(_ unit: WriteUnit, isAlone: Bool) -> (any Error)? {
        let connection = transaction.connection
        let before = transaction.effects
        let memory = transaction.memory.mark
        // A plain append writes only once all of its conditions hold; the rare error after that, such as an event id that is
        // taken, costs the group, whose other units are then run again alone.
        let hasSavepoint = !isAlone && !(unit.isPlainAppend && transaction.hooks.isEmpty)
        let changes = hasSavepoint ? 0 : connection.totalChanges
        do {
            if hasSavepoint { try connection.statement(.savepoint).run() }
            var thrown: (any Error)?
            do {
                try unit.run(in: transaction)
            } catch {
                thrown = error
            }
            if let loss = transaction.loss { return loss.storeError(path: connection.path) }
            guard let error = thrown ?? transaction.takeHookFailure() else {
                if hasSavepoint { try connection.statement(.release).run() }
                outcomes.append((unit, nil))
                return nil
            }
            _ = transaction.takeHookFailure()
            if isAlone {
                try connection.execute("ROLLBACK")
                try connection.statement(.begin).run()
            } else if !hasSavepoint {
                guard connection.totalChanges == changes else { return error }
            } else {
                try connection.statement(.rollbackToSavepoint).run()
                try connection.statement(.release).run()
            }
            transaction.effects = before
            transaction.memory.rollBack(to: memory)
            outcomes.append((unit, error))
            return nil
        } catch {
            return error.storeError(path: connection.path)
        }
    }

    /// Tells every caller how its unit ended.
    func answer() {
        for (unit, error) in outcomes {
            if let error { unit.fail(error) } else { unit.succeed() }
        }
    }

    /// Tells every caller that its unit failed.
    ///
    /// Also those that refused by themselves: what they decided on may be what the group has just lost. A unit that was
    /// alone decided on what is committed, so its own answer stands.
    func fail(_ error: any Error) {
        for (unit, own) in outcomes { unit.fail(outcomes.count == 1 ? own ?? error : error) }
    }
}
