internal import EddaCore

/// An event, decoded, and what it does to the tables.
struct DecodedEvent: Sendable {
    let event: RecordedEvent
    let apply: @Sendable (ProjectionContext) throws -> Void
}

/// Some events for one build, decoded outside the writing transaction.
struct EventBatch: Sendable {
    /// The build as it was when the events were read; they follow on its position.
    let record: ProjectionRecord
    /// The events, in order.
    let events: [DecodedEvent]
    /// Up to where nothing is left when the events have been applied.
    let head: Position
    /// Whether the read got to the head of the store.
    let isComplete: Bool
    /// Why the batch ends where it does, if the next event does not decode.
    let failure: HandlerFailure?

    /// Decodes a page.
    init(_ page: EventPage, for record: ProjectionRecord, limit: Int, projection: Projection, schema: SchemaRegistry) {
        var events: [DecodedEvent] = []
        events.reserveCapacity(page.events.count)
        var failure: HandlerFailure?
        for event in page.events {
            do {
                if let decoded = try projection.decode(event, schema: schema) { events.append(decoded) }
            } catch {
                failure = HandlerFailure(event: event, underlying: error)
                break
            }
        }
        self.record = record
        self.events = events
        self.failure = failure
        head = failure.map { Position($0.event.position.value - 1) } ?? max(page.head, record.position)
        isComplete = failure == nil && page.events.count < limit
    }

    private init(_ batch: EventBatch, before failure: HandlerFailure) {
        record = batch.record
        events = batch.events.filter { $0.event.position < failure.event.position }
        head = Position(failure.event.position.value - 1)
        isComplete = false
        self.failure = failure
    }

    /// The events before the one whose handler failed.
    func truncated(before failure: HandlerFailure) -> EventBatch { EventBatch(self, before: failure) }
}

extension Projection {
    /// An event made ready for the transaction; `nil` when no handler wants it.
    ///
    /// - Throws: `SchemaError` when the event does not decode.
    func decode(_ event: RecordedEvent, schema: SchemaRegistry) throws -> DecodedEvent? {
        guard let handler = handlers[event.type] else {
            // What follows every type stops at one that the program does not know.
            try schema.requireKnown(event)
            return nil
        }
        return DecodedEvent(event: event, apply: try handler.prepare(event, schema))
    }

    /// Runs the handlers of events, in order.
    ///
    /// - Throws: ``HandlerFailure`` that names the first event whose handler threw, or an error of the store.
    func apply(_ events: [DecodedEvent], to record: ProjectionRecord, in transaction: any WriteTransaction) throws {
        for decoded in events {
            do {
                try decoded.apply(
                    ProjectionContext(event: decoded.event, record: record, transaction: transaction)
                )
            } catch {
                throw HandlerFailure.wrapping(error, at: decoded.event)
            }
        }
    }

    /// Decodes events and runs their handlers, all inside the transaction.
    ///
    /// - Throws: As ``apply(_:to:in:)``; an event that does not decode counts as a failed handler.
    func apply(
        undecoded events: [RecordedEvent],
        to record: ProjectionRecord,
        schema: SchemaRegistry,
        in transaction: any WriteTransaction
    ) throws {
        for event in events {
            let decoded: DecodedEvent?
            do {
                decoded = try decode(event, schema: schema)
            } catch {
                throw HandlerFailure(event: event, underlying: error)
            }
            if let decoded { try apply([decoded], to: record, in: transaction) }
        }
    }
}
