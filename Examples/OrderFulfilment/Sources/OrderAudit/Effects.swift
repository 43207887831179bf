/// What one event says has happened for an order.
struct Effect {
    let type: String
    let position: Int64
    let correlation: String?
    var amount: Int64?
    var currency: String?
    /// How many pieces of which article.
    var pieces: [String: Int64] = [:]
}

/// The events of all services by order, and the inboxes.
struct Effects {
    /// An answer that a participant keeps.
    struct Answer {
        let outcome: String
        let isUndo: Bool
    }

    /// By order, then in the order of their positions.
    private(set) var events: [String: [Effect]] = [:]
    /// By `<saga>/<step>`.
    private(set) var answers: [String: [Answer]] = [:]
    /// The stock at first, by article.
    private(set) var received: [String: Int64] = [:]
    /// Inbox rows whose key is none of a saga.
    private(set) var strangeKeys: [String] = []

    func of(_ order: String, _ type: String) -> [Effect] { events[order]?.filter { $0.type == type } ?? [] }

    func answers(_ saga: String, _ step: String, isUndo: Bool) -> [String] {
        answers["\(saga)/\(step)"]?.filter { $0.isUndo == isUndo }.map(\.outcome) ?? []
    }

    /// Reads what a service has in its log and its inbox.
    ///
    /// - Throws: ``DatabaseFile/Failure``.
    mutating func read(_ file: DatabaseFile, service: String) throws {
        let events = """
            edda_events e JOIN edda_streams s ON s.id = e.stream JOIN edda_types t ON t.id = e.type
            """
        var places: [Int64: (order: String, index: Int)] = [:]
        try file.each(
            """
            SELECT e.position, s.name, t.name, e.correlation, json_extract(CAST(e.data AS TEXT), '$.amount'),
                   json_extract(CAST(e.data AS TEXT), '$.total'), json_extract(CAST(e.data AS TEXT), '$.currency'),
                   json_extract(CAST(e.data AS TEXT), '$.quantity')
            FROM \(events) WHERE e.category > 0 ORDER BY e.position
            """
        ) { row in
            let stream = row.text(1)
            guard let dash = stream.firstIndex(of: "-") else { return }
            let subject = String(stream[stream.index(after: dash)...])
            if row.text(2) == "stock.received" {
                received[subject, default: 0] += row.integer(7)
                return
            }
            var effect = Effect(type: row.text(2), position: row.integer(0), correlation: row.optionalText(3))
            effect.amount = row.optionalInteger(4) ?? row.optionalInteger(5)
            effect.currency = row.optionalText(6)
            places[effect.position] = (subject, self.events[subject]?.count ?? 0)
            self.events[subject, default: []].append(effect)
        }
        try file.each(
            """
            SELECT e.position, json_extract(l.value, '$.sku'), json_extract(l.value, '$.quantity')
            FROM edda_events e, json_each(CAST(e.data AS TEXT), '$.lines') l WHERE e.category > 0
            """
        ) { row in
            guard let place = places[row.integer(0)] else { return }
            self.events[place.order]?[place.index].pieces[row.text(1), default: 0] += row.integer(2)
        }
        try file.each("SELECT key, outcome FROM edda_inbox WHERE consumer = '\(service)'") { row in
            note(key: row.text(0), outcome: row.text(1))
        }
    }

    /// Keys are `<source> <saga>/<step>`, then `/undo` for a compensation, then `/#2` for a second round.
    private mutating func note(key: String, outcome: String) {
        var parts = key.split(separator: " ", maxSplits: 1).last?.split(separator: "/")[...] ?? []
        if parts.last?.hasPrefix("#") == true { parts = parts.dropLast() }
        let isUndo = parts.last == "undo"
        if isUndo { parts = parts.dropLast() }
        guard parts.count == 2 else { return strangeKeys.append(key) }
        answers[parts.joined(separator: "/"), default: []].append(Answer(outcome: outcome, isUndo: isUndo))
    }
}
