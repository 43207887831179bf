internal import EddaCore

extension EventData {
    /// An event whose data is a text.
    static func sample(
        _ type: EventType = "thing.happened",
        _ text: String = "",
        tags: Set<Tag> = []
    ) -> EventData {
        EventData(type: type, tags: tags, data: Array(text.utf8))
    }

    /// So many events, numbered from 1.
    static func samples(_ count: Int) -> [EventData] {
        (0..<count).map { sample("thing.happened", "\($0 + 1)") }
    }
}

extension Append.Entry {
    /// An entry with a sample event.
    static func sample(_ stream: StreamID, _ text: String = "", type: EventType = "thing.happened") -> Append.Entry {
        Append.Entry(stream: stream, event: .sample(type, text))
    }
}

extension RecordedEvent {
    /// The data as text.
    var text: String { String(decoding: data, as: UTF8.self) }
}

extension Message {
    /// A command whose id says what it is.
    static func sample(_ id: String, to destination: Address = "inventory", key: String = "order-1") -> Message {
        Message(
            id: id,
            source: "/orders",
            type: "inventory.reserve",
            destination: destination,
            time: Timestamp(microseconds: 1_767_225_600_123_456),
            partitionKey: key,
            idempotencyKey: "key-\(id)",
            data: Array(id.utf8)
        )
    }
}

extension SagaRecord {
    /// A saga at its first revision.
    static func sample(
        _ id: SagaID,
        name: SagaName = "order.fulfil",
        status: Status = .running,
        revision: Int = 1
    ) -> SagaRecord {
        SagaRecord(
            id: id,
            name: name,
            planVersion: 1,
            status: status,
            step: "reserve",
            reason: nil,
            revision: revision,
            correlationID: nil,
            startedAt: Timestamp(microseconds: 1),
            updatedAt: Timestamp(microseconds: 2),
            instance: [1, 2, 3]
        )
    }
}

extension Store {
    /// Appends sample events to a stream without a condition.
    @discardableResult
    func appendSamples(_ count: Int, to stream: StreamID) async throws -> AppendResult {
        try await append(Append(EventData.samples(count), to: stream))
    }
}

/// Something was added to a ``Tally``.
struct Added: Event {
    static let eventType: EventType = "tally.added"
    var amount: Int
}

/// A sum, and what it was made of.
struct Tally: Aggregate, Hashable {
    static let category: StreamCategory = "tally"
    static let handlers = EventHandlers<Tally> {
        On(Added.self) { tally, event in
            tally.sum += event.amount
            tally.amounts.append(event.amount)
        }
    }

    var sum = 0
    var amounts: [Int] = []
}
