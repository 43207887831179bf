package import EddaCore

extension Participant {
    /// What a test does around the handlers of a participant.
    package protocol Watch: Sendable {
        /// Called before a command is decoded; what it throws counts as data that does not decode.
        func decode(_ type: MessageType) throws

        /// Called in the unit, before the handler; what it throws is what the handler throws.
        func begin(_ message: Message) throws

        /// Called before a call to the outside; what it throws is what the call throws.
        func call() throws

        /// Called in the unit, after the handler.
        func end(_ message: Message, _ reply: [UInt8])
    }

    /// The same participant with somebody who looks on, and gets in the way.
    package func watched(by watch: any Watch) -> Participant {
        Participant(name, calls: calls, of: handlers.values.map { $0.watched(by: watch) })
    }

    /// The same participant, which also takes commands of a type, does nothing, and gives a reply.
    package func accepting(_ type: MessageType, replying reply: [UInt8]) -> Participant {
        Participant(
            name,
            calls: calls,
            of: Array(handlers.values) + [Entry(type: type) { _, _ in .handle { _ in reply } }]
        )
    }

    /// The same participant with the handlers of another one added.
    package func joined(with other: Participant) -> Participant {
        Participant(name, calls: calls, of: Array(handlers.values) + Array(other.handlers.values))
    }

    /// A participant that takes no commands yet.
    package init(named name: Address) { self.init(name, calls: 16, of: []) }

    private init(_ name: Address, calls: Int, of entries: [Entry]) {
        self.name = name
        self.calls = calls
        handlers = Dictionary(entries.map { ($0.type, $0) }) { first, _ in
            preconditionFailure("The participant \(name) has two handlers for the command \(first.type). Keep one.")
        }
    }
}

extension Participant.Entry {
    fileprivate func watched(by watch: any Participant.Watch) -> Participant.Entry {
        let prepare = prepare
        let type = type
        return Participant.Entry(type: type) { data, schema in
            try watch.decode(type)
            switch try prepare(data, schema) {
            case .handle(let execute): return .handle(looked(at: execute, by: watch))
            case .perform(let timeout, let call):
                return .perform(timeout: timeout) { key in
                    try watch.call()
                    return looked(at: try await call(key), by: watch)
                }
            }
        }
    }
}

private func looked(
    at execute: @escaping Participant.Entry.Execute,
    by watch: any Participant.Watch
) -> Participant.Entry.Execute {
    { context in
        try watch.begin(context.message)
        let reply = try execute(context)
        watch.end(context.message, reply)
        return reply
    }
}
