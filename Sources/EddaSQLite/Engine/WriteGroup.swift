internal import EddaCore

/// Units that are committed together, and what each of them is to be told afterwards.
struct WriteGroup {
    let transaction: SQLiteWriteTransaction
    let startChanges: Int64
    private var outcomes: [(unit: WriteUnit, error: (any Error)?)] = []

    init(transaction: SQLiteWriteTransaction, startChanges: Int64) {
        self.transaction = transaction
        self.startChanges = startChanges
    }

    /// The units that have run.
    var units: [WriteUnit] { outcomes.map(\.unit) }

    /// Whether any unit has run.
    var hasRun: Bool { !outcomes.isEmpty }

    /// Runs a unit behind a savepoint.
    ///
    /// A unit that throws is undone alone; what it threw is its answer, but only after the commit: it may have decided
    /// on what an earlier unit of the group wrote.
    ///
    /// - Returns: An error when SQLite has rolled the whole group back.
    mutating func run(_ unit: WriteUnit, isAlone: Bool) -> (any Error)? {
        let connection = transaction.connection
        let before = transaction.effects
        let names = transaction.memory.names.mark
        do {
            if !isAlone { try connection.statement(.savepoint).run() }
            do {
                try unit.run(in: transaction)
                if let loss = transaction.loss { throw TransactionLost(cause: loss) }
                if !isAlone { try connection.statement(.release).run() }
                outcomes.append((unit, nil))
            } catch let lost as TransactionLost {
                throw lost
            } catch {
                if isAlone {
                    try connection.execute("ROLLBACK")
                    try connection.statement(.begin).run()
                } else {
                    try connection.statement(.rollbackToSavepoint).run()
                    try connection.statement(.release).run()
                }
                transaction.effects = before
                transaction.memory.names.rollBack(to: names)
                outcomes.append((unit, error))
            }
            return nil
        } catch let lost as TransactionLost {
            return lost.cause.storeError(path: connection.path)
        } catch let failure as SQLiteFailure {
            return failure.storeError(path: connection.path)
        } catch {
            return error
        }
    }

    /// Tells every caller how its unit ended.
    func answer() {
        for (unit, error) in outcomes {
            if let error { unit.fail(error) } else { unit.succeed() }
        }
    }

    /// Tells every caller that its unit failed; a unit that refused by itself keeps its own answer.
    func fail(_ error: any Error) {
        for (unit, own) in outcomes { unit.fail(own ?? error) }
    }
}
