#if CLI
internal import Edda

/// What one saga writes into the two databases, unit by unit, taken from one that was run: the limit writes the same bytes.
struct RawSagaRows: Sendable {
    /// What a transition writes into the coordinator's database.
    struct Transition: Sendable {
        var instance: [UInt8]
        var events: [EventData]
        /// The command that leaves; none with the last transition.
        var message: Outgoing?
    }

    /// What a command writes into the participant's database.
    struct Execution: Sendable {
        var outcome: String
        var content: [UInt8]
        var event: EventData?
        var reply: Outgoing
    }

    /// A row of an outbox.
    struct Outgoing: Sendable {
        var destination: [UInt8]
        var attributes: [UInt8]
        var data: [UInt8]

        init(_ message: Message) {
            destination = Array(message.destination.rawValue.utf8)
            attributes = message.encodedAttributes()
            data = message.data
        }
    }

    var name: [UInt8]
    var transitions: [Transition] = []
    var executions: [Execution] = []

    /// Runs one saga and takes down what it has written.
    static func recorded<S: TripSaga>(_ saga: S.Type, _ services: SagaServices, isDoomed: Bool) async throws -> Self {
        let trips = services.trips
        let id = SagaID(unchecked: "sample-\(isDoomed)")
        let state = TripState(trip: "sample-\(isDoomed)", cents: 10_000, isDoomed: isDoomed)
        // Nothing runs yet, so the first command stays where it is.
        try await services.coordinating.sagas.start(saga, id: id, state: state)
        let (first, command) = try await trips.read { transaction in
            (try transaction.saga(id), try transaction.readyMessages(after: 0, limit: 1).first?.row.message)
        }
        guard let first, let command else { throw BenchFailure("The sample has no first command.") }
        let last = try await services.whileRunning { try await services.coordinating.sagas.wait(for: id) }
        let history = try await trips.read { transaction in
            try transaction.events(in: SagaHistory.stream(of: id), .forward, versions: 1...Int.max, limit: .max)
        }
        let effects = try await services.bookings.events(in: StreamID(category: "booking", id: state.trip))
        var rows = Self(name: Array(S.name.rawValue.utf8))
        // All that a transition records has the same cause.
        var cause: String??
        for event in history {
            if cause != .some(event.event.metadata.causationID) {
                cause = event.event.metadata.causationID
                rows.transitions.append(Transition(instance: [], events: [], message: Outgoing(command)))
            }
            rows.transitions[rows.transitions.count - 1].events.append(event.event)
        }
        rows.transitions[rows.transitions.count - 1].message = nil
        // What is stored of a saga grows from step to step.
        let (least, most) = (first.instance.count, last.instance.count)
        for index in rows.transitions.indices {
            let size = least + (most - least) * index / max(1, rows.transitions.count - 1)
            rows.transitions[index].instance = Array((last.instance + last.instance).prefix(size))
        }
        for number in 0..<rows.transitions.count - 1 {
            let isRefused = isDoomed && number == S.steps - 1
            // In the order in which they were written; the refused step has none.
            let effect = isRefused ? nil : effects[number < S.steps ? number : number - (isDoomed ? 1 : 0)]
            rows.executions.append(try execution(of: command, isRefused, effect, services.bookings.schema))
        }
        return rows
    }

    private static func execution(
        of command: Message,
        _ isRefused: Bool,
        _ effect: RecordedEvent?,
        _ schema: SchemaRegistry
    ) throws -> Execution {
        let content = try schema.encode(BookLeg.Reply(booking: "booking-sample-1"))
        let reply = ReplyMessage.make(
            outcome: isRefused ? .rejected(Rejection("bench.fully-booked", "No seat is left.")) : .succeeded(content),
            to: command,
            from: BookLeg.destination,
            time: command.time,
            contentType: schema.codec.contentType
        )
        guard let reply else { throw BenchFailure("The sample's command asks for no reply.") }
        return Execution(
            outcome: isRefused ? "rejected" : "succeeded",
            content: reply.data,
            event: effect?.event,
            reply: Outgoing(reply)
        )
    }
}
#endif
