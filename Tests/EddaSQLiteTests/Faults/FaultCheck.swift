import EddaCore
import EddaSQLite

/// Compares a file with what callers were told.
struct FaultCheck {
    let path: String
    let ledger: FaultLedger
    /// Under ``Durability/normal`` power loss may take the last units back.
    var mayLoseTheLast = false

    private struct Row {
        let position: Int64
        let stream: String
        let version: Int
        let data: String
        let tags: [String]
    }

    /// Opens the file, by the plain VFS, and says what is wrong.
    func problems() async throws -> [String] {
        let store = try await SQLiteStore(path: path, configuration: .init())
        let head = try await store.head().value
        var problems = try await compare(store, head: head)
        let probe = try await store.append(Append([EventData(type: "probe", data: [])], to: "probe-1"))
        if probe.positions != Position(head + 1)...Position(head + 1) {
            problems.append("After head \(head) an append got the positions \(String(describing: probe.positions)).")
        }
        await store.close()
        let raw = try RawDatabase(path)
        let integrity = try raw.rows("PRAGMA integrity_check")
        if integrity != ["ok"] { problems.append("integrity_check: \(integrity)") }
        let foreign = try raw.rows("PRAGMA foreign_key_check")
        if !foreign.isEmpty { problems.append("foreign_key_check: \(foreign)") }
        return problems
    }

    private func compare(_ store: SQLiteStore, head: Int64) async throws -> [String] {
        var problems: [String] = []
        let rows = try await store.events(limit: .max).events
            .map {
                Row(
                    position: $0.position.value,
                    stream: $0.stream.rawValue,
                    version: $0.version,
                    data: String(decoding: $0.data.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self),
                    tags: $0.tags.map(\.rawValue).sorted()
                )
            }
        // G3: gapless, and the head is the last.
        if rows.map(\.position) != Array(1..<(head + 1)) {
            problems.append("Head \(head), positions \(rows.map(\.position))")
        }
        var versions: [String: Int] = [:]
        for row in rows {
            versions[row.stream, default: 0] += 1
            if row.version != versions[row.stream] {
                problems.append("Version \(row.version) of \(row.stream) is number \(versions[row.stream] ?? 0) of it.")
            }
        }
        if Set(rows.map(\.data)).count != rows.count { problems.append("An event is there twice: \(rows.map(\.data))") }
        let raw = try RawDatabase(path)
        problems += try checkTags(rows, raw)
        problems += try checkUnits(rows, raw)
        return problems
    }

    private func checkTags(_ rows: [Row], _ raw: RawDatabase) throws -> [String] {
        let stored = try raw.rows(
            "SELECT p.position || ' ' || t.name FROM edda_event_tags p JOIN edda_tags t ON t.id = p.tag ORDER BY 1"
        )
        let expected = rows.flatMap { row in row.tags.map { "\(row.position) \($0)" } }.sorted()
        return stored == expected ? [] : ["Tags \(stored), the events say \(expected)"]
    }

    private func checkUnits(_ rows: [Row], _ raw: RawDatabase) throws -> [String] {
        var problems: [String] = []
        let messages = Set(try raw.rows("SELECT CAST(data AS TEXT) FROM edda_outbox"))
        let checkpoints = Set(try raw.rows("SELECT name FROM edda_checkpoints"))
        let timers = Set(try raw.rows("SELECT key FROM edda_timers"))
        let hasTable = try !raw.rows("SELECT 1 FROM sqlite_schema WHERE name = 'mine'").isEmpty
        let mine = hasTable ? Set(try raw.rows("SELECT unit FROM mine")) : []
        let removed = Set(FaultScript.units.values.compactMap { isThere($0.unit, rows) ? $0.unit.removes : nil })
        problems += try checkKeys(rows, raw)
        var lastSurvivor = 0
        var firstLoss = Int.max
        for (token, (unit, step)) in FaultScript.units.sorted(by: { $0.key < $1.key }) {
            let own = rows.filter { $0.data.hasPrefix("u\(token)/") }
            var pieces = [("events", own.map(\.stream) == unit.events.map(\.stream.rawValue))]
            if unit.sendsMessage, !removed.contains(token) {
                pieces.append(("message", messages.contains("m\(token)")))
            }
            if unit.setsCheckpoint { pieces.append(("checkpoint", checkpoints.contains("c\(token)"))) }
            if unit.setsTimer { pieces.append(("timer", timers.contains("t\(token)"))) }
            if unit.insertsRow { pieces.append(("row", mine.contains("\(token)"))) }
            let isWhole = pieces.allSatisfy(\.1)
            let isAbsent = own.isEmpty && pieces.allSatisfy { !$0.1 }
            if isWhole { lastSurvivor = max(lastSurvivor, step) }
            let name = "Unit \(token)"
            if !isWhole, !isAbsent { problems.append("\(name) is there in parts: \(pieces), \(own.count) events") }
            switch ledger.verdict(on: token) {
            case .mustBeWhole(let range):
                if isWhole {
                    if let range, own.map(\.position) != Array(range) {
                        problems.append("\(name) was told \(range), its events are at \(own.map(\.position))")
                    }
                } else if mayLoseTheLast {
                    firstLoss = min(firstLoss, step)
                } else {
                    problems.append("\(name) was acknowledged and is not there: \(pieces)")
                }
            case .mustBeAbsent:
                if !isAbsent { problems.append("\(name) was refused and is there: \(pieces), \(refusals(of: token))") }
            case .mayBeEither: break
            }
            problems += semantics(of: unit, own, rows)
        }
        if firstLoss < lastSurvivor {
            problems.append("A unit of step \(firstLoss) was lost, one of step \(lastSurvivor) was not.")
        }
        for message in ledger.messages {
            guard let token = Int(message.dropFirst()), let (unit, _) = FaultScript.units[token] else { continue }
            if !isThere(unit, rows) { problems.append("Message \(message) was let out, and its unit is not there.") }
        }
        return problems
    }

    /// A key is there with the unit that used it, and with no other.
    private func checkKeys(_ rows: [Row], _ raw: RawDatabase) throws -> [String] {
        let stored = try raw.rows("SELECT key || ' ' || first || '-' || last FROM edda_keys ORDER BY 1")
        let expected = FaultScript.units.values.compactMap { unit, _ -> String? in
            guard let key = unit.key else { return nil }
            let own = rows.filter { $0.data.hasPrefix("u\(unit.token)/") }.map(\.position)
            return own.isEmpty ? nil : "\(key) \(own[0])-\(own[own.count - 1])"
        }
        return stored == expected.sorted() ? [] : ["Keys \(stored), the events say \(expected)"]
    }

    private func refusals(of token: Int) -> [String] {
        ledger.entries.filter { $0.token == token }.map { "\($0.answer)" }
    }

    private func isThere(_ unit: FaultUnit, _ rows: [Row]) -> Bool { isThere(unit.token, rows) }

    private func isThere(_ token: Int, _ rows: [Row]) -> Bool { rows.contains { $0.data.hasPrefix("u\(token)/") } }

    /// G4: the conditions of what is there held when it was written.
    private func semantics(of unit: FaultUnit, _ own: [Row], _ rows: [Row]) -> [String] {
        guard let first = own.first else { return [] }
        switch unit.condition {
        case .missing where first.version != 1: return ["Unit \(unit.token) wrote to a stream that was not new."]
        case .wrong: return ["Unit \(unit.token) is there in spite of a version that cannot be."]
        case .noTag(let tag):
            let earlier = rows.filter { $0.position < first.position && $0.tags.contains(tag.rawValue) }
            return earlier.isEmpty ? [] : ["Unit \(unit.token) is there in spite of tag \(tag)."]
        default: return []
        }
    }
}
