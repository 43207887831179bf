import EddaCore

@testable import EddaSQLite

/// Plays the script on one file, with one fault.
final class FaultRun {
    let path: String
    let vfs: FaultVFS
    let ledger: FaultLedger
    private let mode: FaultMode?
    private let durability: Durability
    private var versions: [StreamID: Int] = [:]
    /// What was found wrong while the store was open.
    private(set) var problems: [String] = []
    /// The step in which the fault showed first.
    private var faultyStep: Int?
    private var isHealed = false

    init(path: String, vfs: FaultVFS, ledger: FaultLedger, durability: Durability, mode: FaultMode?) {
        self.path = path
        self.vfs = vfs
        self.ledger = ledger
        self.durability = durability
        self.mode = mode
    }

    private var configuration: SQLiteStore.Configuration {
        var configuration = SQLiteStore.Configuration()
        configuration.vfs = vfs.name
        configuration.durability = durability
        configuration.lockTimeout = .milliseconds(20)
        configuration.checkpointPages = FaultScript.checkpointPages
        configuration.groupTime = .seconds(3_600)
        configuration.followsOthers = false
        return configuration
    }

    /// Opens the store, plays all steps, and closes it.
    ///
    /// - Parameter dying: The process dies before it closes the store, so nothing is tidied up.
    func play(dying: Bool) async {
        guard let store = await open() else { return }
        if vfs.hits > 0 { faultyStep = -1 }
        for (index, units) in FaultScript.steps.enumerated() {
            let hits = vfs.hits
            if units.count == 1 {
                await submit(units[0], step: index, to: store)
            } else {
                await submit(units, step: index, to: store)
            }
            await look(at: store, step: index)
            if vfs.hits > hits, faultyStep == nil { faultyStep = index }
            if let faultyStep, let mode, !isHealed {
                // A step more is played while everything fails, so that answers are given then, too.
                if mode.isFatal, index > faultyStep { break }
                if mode.isLasting, index > faultyStep { heal() }
            }
        }
        if dying { vfs.die() }
        await store.close()
    }

    private func heal() {
        vfs.heal()
        isHealed = true
    }

    /// A store that does not open because of a fault opens when the fault is gone.
    private func open() async -> SQLiteStore? {
        do {
            return try await SQLiteStore(path: path, configuration: configuration)
        } catch {
            guard vfs.hits > 0 else {
                problems.append("The store did not open, without a fault: \(error)")
                return nil
            }
            if mode?.isFatal == true { return nil }
            heal()
        }
        do {
            return try await SQLiteStore(path: path, configuration: configuration)
        } catch {
            problems.append("The store did not open when the fault was gone: \(error)")
            return nil
        }
    }

    // MARK: Units

    /// All units of a step as one group: the writer is held until they have queued in order.
    private func submit(_ units: [FaultUnit], step: Int, to store: SQLiteStore) async {
        var appends: [Append] = []
        for unit in units { appends.append(await append(of: unit, in: store, mayRead: false)) }
        let outcomes = await store.together(units.count) { [appends] index in
            await Self.perform(units[index], appends[index], on: store)
        }
        for (unit, outcome) in zip(units, outcomes) {
            let (answer, versions) = outcome
            note(unit, answer, versions, step: step)
        }
    }

    private func submit(_ unit: FaultUnit, step: Int, to store: SQLiteStore) async {
        let append = await append(of: unit, in: store, mayRead: true)
        let (answer, versions) = await Self.perform(unit, append, on: store)
        note(unit, answer, versions, step: step)
    }

    private func note(_ unit: FaultUnit, _ answer: FaultLedger.Answer, _ changed: [StreamID: Int], step: Int) {
        ledger.note(unit.token, step: step, answer)
        if case .acknowledged = answer {
            versions.merge(changed) { max($0, $1) }
        } else {
            for (stream, _) in unit.events { versions[stream] = nil }
        }
        // After a fault has passed, everything is as without it; a key that was free may now be taken, and the reverse.
        let isStale = vfs.hits > 0 && !unit.succeeds
        guard !isTroubled(step), !isStale else { return }
        switch answer {
        case .acknowledged where !unit.succeeds: problems.append("Unit \(unit.token) was to be refused.")
        case .refused(let reason) where unit.succeeds:
            problems.append("Unit \(unit.token) was refused although nothing was wrong any more: \(reason)")
        case .unknown: problems.append("The outcome of unit \(unit.token) was unknown although nothing was wrong.")
        default: break
        }
    }

    private func append(of unit: FaultUnit, in store: SQLiteStore, mayRead: Bool) async -> Append {
        var conditions: [AppendCondition] = []
        let first = unit.events[0].stream
        switch unit.condition {
        case .none: break
        case .missing: conditions.append(.stream(first, .missing))
        case .wrong: conditions.append(.stream(first, .version(9_999)))
        case .noTag(let tag): conditions.append(.noMatch(EventQuery(tags: [tag]), after: .start))
        case .exact:
            if versions[first] == nil, mayRead || vfs.hits > 0, let state = try? await store.state(of: first) {
                versions[first] = state.version
            }
            if let version = versions[first], version > 0 { conditions.append(.stream(first, .version(version))) }
        }
        if let absent = unit.absent { conditions.append(.stream(absent, .missing)) }
        return Append(unit.entries, conditions: conditions, key: unit.key)
    }

    private static func perform(
        _ unit: FaultUnit,
        _ append: Append,
        on store: SQLiteStore
    ) async -> (FaultLedger.Answer, [StreamID: Int]) {
        do {
            let isPlain =
                !unit.sendsMessage && !unit.setsCheckpoint && !unit.setsTimer && !unit.insertsRow
                && !unit.refusesItself && unit.removes == nil
            let result =
                if isPlain { try await store.append(append) } else {
                    try await store.write { try Self.body(of: unit, append, in: $0) }
                }
            let range = result.positions.map { $0.lowerBound.value...$0.upperBound.value }
            return (.acknowledged(range), result.versions)
        } catch is CommitUnknown {
            return (.unknown, [:])
        } catch {
            return (.refused("\(error)"), [:])
        }
    }

    private static func body(
        of unit: FaultUnit,
        _ append: Append,
        in transaction: any WriteTransaction
    ) throws -> AppendResult {
        if let removed = unit.removes {
            let rows = try transaction.outbox(after: 0, limit: 1_000)
            try transaction.removeFromOutbox(rows.filter { $0.message.id == "m\(removed)" }.map(\.sequence))
        }
        let result = try transaction.append(append)
        if unit.sendsMessage { try transaction.enqueue(unit.message) }
        if unit.setsCheckpoint {
            try transaction.setCheckpoint(CheckpointName(unchecked: "c\(unit.token)"), to: Position(7))
        }
        if unit.setsTimer {
            try transaction.setTimer(TimerRow(owner: "faults", key: "t\(unit.token)", due: transaction.now))
        }
        if unit.insertsRow {
            try transaction.execute("CREATE TABLE IF NOT EXISTS mine (unit INTEGER PRIMARY KEY)")
            try transaction.execute("INSERT INTO mine VALUES (\(unit.token))")
        }
        if unit.refusesItself { throw FaultUnit.Refusal() }
        return result
    }

    // MARK: Reading

    /// What a reader and a pump see: never less than what was acknowledged.
    private func look(at store: SQLiteStore, step: Int) async {
        var acknowledged: Int64 = 0
        for entry in ledger.entries {
            if case .acknowledged(let range?) = entry.answer { acknowledged = max(acknowledged, range.upperBound) }
        }
        do {
            let (head, messages) = try await store.read { transaction in
                (
                    try transaction.head().value,
                    try transaction.readyMessages(after: 0, limit: 100).map(\.row.message.id)
                )
            }
            ledger.note(messages: messages)
            if head < acknowledged {
                problems.append("After step \(step) a reader saw head \(head), \(acknowledged) was acknowledged.")
            }
        } catch {
            if !isTroubled(step) { problems.append("Step \(step) could not be read: \(error)") }
        }
    }

    /// Whether a step may fail: it met the fault, or the fault lasts.
    private func isTroubled(_ step: Int) -> Bool {
        guard vfs.hits > 0, let mode else { return false }
        guard let faultyStep, !mode.isFatal else { return true }
        return step <= (mode.isLasting ? faultyStep + 1 : faultyStep)
    }
}
