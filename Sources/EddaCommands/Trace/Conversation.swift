#if CLI
internal import Edda

/// Everything that one database knows of a conversation, put into a tree by what caused what.
///
/// An event or message names the id of its cause. Where that is an event or a message of the conversation, it stands below
/// it. Two links are drawn that no id tells: a saga's history is joined by its steps, since the replies that move a saga
/// on are gone once they are dealt with; and what a saga's end causes stands below the end.
///
/// Any input gives a tree: a cause that is not in the database becomes a root of its own, a circle of causes is cut
/// where it begins, and what lies very deep goes on in a tree of its own.
struct Conversation {
    /// What stands in the tree.
    enum Content {
        case event(RecordedEvent)
        /// A message that still is in the outbox.
        case message(OutboxRow)
        /// The cause of something, which this database does not hold, or no longer.
        case absent(id: String)
    }

    /// A place in the tree.
    struct Node {
        let content: Content
        /// When it happened; for what is absent, when the first of its effects did.
        var time: Timestamp
        /// What it has to say, for an event of a saga's history.
        var line: HistoryLine?
        var children: [Int] = []
        /// Why it is a root although it has a cause: the cause is one of its own effects, or stands too deep.
        var rootReason: RootReason?
    }

    enum RootReason: String {
        case cycle
        case continued
    }

    private(set) var nodes: [Node] = []
    /// The roots in the order of time.
    private(set) var roots: [Int] = []
    /// When the first of it happened; `nil` when there is nothing.
    private(set) var start: Timestamp?

    /// Deeper nodes begin a tree of their own.
    private static let deepest = 64

    /// Builds the tree.
    ///
    /// - Parameters:
    ///   - events: The events of the conversation in the order of positions.
    ///   - messages: Its messages in the outbox.
    ///   - schema: Decodes the histories of sagas.
    init(events: [RecordedEvent], messages: [OutboxRow], schema: SchemaRegistry) {
        var known: [String: Int] = [:]
        for event in events {
            known[event.id.description] = nodes.count
            nodes.append(Node(content: .event(event), time: event.recordedAt))
        }
        var parents = [Int?](repeating: nil, count: events.count)
        var histories = SagaHistories(schema: schema)
        for (index, event) in events.enumerated() {
            parents[index] = histories.parent(of: event, at: index)
            nodes[index].line = histories.line
        }
        for row in messages {
            // The command of a saga has the id of the event that tells of its sending.
            let sender = known[row.message.id]
            if sender == nil { known[row.message.id] = nodes.count }
            nodes.append(Node(content: .message(row), time: row.message.time))
            parents.append(sender)
        }
        for index in nodes.indices where parents[index] == nil {
            guard let cause = nodes[index].cause else { continue }
            parents[index] = known[cause] ?? histories.end(of: cause)
            if parents[index] == nil {
                known[cause] = nodes.count
                parents[index] = nodes.count
                nodes.append(Node(content: .absent(id: cause), time: nodes[index].time))
                parents.append(nil)
            }
        }
        arrange(parents)
        start = nodes.lazy.map(\.time).min()
    }

    /// Turns the links to causes into trees that hold every node once.
    private mutating func arrange(_ parents: [Int?]) {
        for (index, parent) in parents.enumerated() {
            guard let parent else { continue }
            nodes[parent].children.append(index)
            if case .absent = nodes[parent].content { nodes[parent].time = min(nodes[parent].time, nodes[index].time) }
        }
        var isPlaced = [Bool](repeating: false, count: nodes.count)
        for index in nodes.indices where parents[index] == nil { place(index, &isPlaced) }
        // What no root leads to is in a circle, or hangs on one.
        for index in nodes.indices where !isPlaced[index] {
            nodes[index].rootReason = .cycle
            place(index, &isPlaced)
        }
        roots.sort { (nodes[$0].time, $0) < (nodes[$1].time, $1) }
    }

    /// Makes a node a root, and keeps of each node below it those children that no other place has.
    private mutating func place(_ root: Int, _ isPlaced: inout [Bool]) {
        roots.append(root)
        isPlaced[root] = true
        var stack = [(node: root, depth: 1)]
        while let (node, depth) = stack.popLast() {
            let children = nodes[node].children.filter { !isPlaced[$0] }
            for child in children { isPlaced[child] = true }
            guard depth < Self.deepest else {
                nodes[node].children = []
                for child in children {
                    nodes[child].rootReason = .continued
                    roots.append(child)
                    stack.append((child, 1))
                }
                continue
            }
            nodes[node].children = children.sorted { (nodes[$0].time, $0) < (nodes[$1].time, $1) }
            for child in children { stack.append((child, depth + 1)) }
        }
    }
}

extension Conversation.Node {
    /// The id of what caused it.
    var cause: String? {
        switch content {
        case .event(let event): event.metadata.causationID
        case .message(let row): row.message.causationID
        case .absent: nil
        }
    }
}
#endif
