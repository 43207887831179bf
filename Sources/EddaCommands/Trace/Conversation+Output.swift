#if CLI
internal import Edda

extension Conversation {
    /// The tree as a table: one line a node, its place drawn before its type.
    var table: TextTable {
        var table = TextTable(.number("MS"), .text("WHAT"), .number("POSITION"), .text("WHERE"), .text("DETAIL"))
        for root in roots {
            var stack = [(node: root, lead: "", branch: "")]
            while let (index, lead, branch) = stack.popLast() {
                let node = nodes[index]
                table.add(
                    String(offset(of: node) / 1_000),
                    branch + node.title,
                    node.position.map { String($0.value) },
                    node.place,
                    node.detail
                )
                for (place, child) in node.children.enumerated().reversed() {
                    let isLast = place == node.children.count - 1
                    stack.append((child, lead + (isLast ? "   " : "│  "), lead + (isLast ? "└─ " : "├─ ")))
                }
            }
        }
        return table
    }

    /// The roots as nested objects.
    var json: JSON { .array(roots.map(json)) }

    /// Recursive, which the depth of the tree bounds.
    private func json(_ index: Int) -> JSON {
        let node = nodes[index]
        var members: [String: JSON] = [
            "offsetMilliseconds": .number(Double(offset(of: node)) / 1_000),
            "children": .array(node.children.map(json)),
        ]
        if let reason = node.rootReason { members["rootReason"] = .string(reason.rawValue) }
        switch node.content {
        case .event(let event):
            members["kind"] = "event"
            members["event"] = EventList.json(event)
        case .message(let row):
            members["kind"] = "message"
            members["message"] = OutboxRow.json(row)
        case .absent(let id):
            members["kind"] = "absent"
            members["id"] = .string(id)
        }
        return .object(members)
    }

    /// Microseconds since the beginning.
    private func offset(of node: Node) -> Int64 {
        node.time.microseconds - (start ?? node.time).microseconds
    }
}

extension Conversation.Node {
    fileprivate var title: String {
        let title =
            switch content {
            case .event(let event): event.type.rawValue
            case .message(let row): "message \(row.message.type)"
            case .absent(let id): "(caused by \(id))"
            }
        return switch rootReason {
        case nil: title
        case .cycle: "↻ \(title)"
        case .continued: "… \(title)"
        }
    }

    fileprivate var position: Position? {
        switch content {
        case .event(let event): event.position
        case .message, .absent: nil
        }
    }

    fileprivate var place: String? {
        switch content {
        case .event(let event): event.stream.rawValue
        case .message(let row): "to \(row.message.destination)"
        case .absent: nil
        }
    }

    fileprivate var detail: String? {
        switch content {
        case .event(let event):
            guard let line else { return EventList.text(event.data) }
            let words = [line.step?.rawValue, line.reason].compactMap(\.self)
            return words.isEmpty ? nil : words.joined(separator: ": ")
        case .message(let row):
            let state = row.state.facts
            return "outbox \(row.sequence), \(state.name)" + (state.reason.map { ": \($0)" } ?? "")
        case .absent: return rootReason == nil ? "not in this database, or no longer" : nil
        }
    }
}
#endif
