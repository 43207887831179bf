/// What a program knows about the stored form of its events: the codec, the events, and how old shapes become new ones.
///
/// ```swift
/// let schema = try SchemaRegistry(
///     events: [OrderPlaced.self, OrderCancelled.self],
///     upcasters: [
///         Upcaster("order.placed", from: 1) { (old: OrderPlacedV1) in OrderPlaced(customer: old.name, total: old.total) }
///     ]
/// )
/// let store = try await SQLiteStore(path: "orders.db", schema: schema)
/// ```
///
/// A program that registers its events is told at its start what does not fit together, instead of when it comes to the
/// event: here, what the registry itself shows; by ``Store/checkSchema(handling:subscribingTo:)``, what the store
/// holds.
public struct SchemaRegistry: Sendable {
    /// Encodes and decodes everything that the store keeps.
    public let codec: any EventCodec
    /// The same if it is the usual one, which reads bytes where they are.
    private let json: JSONCodec?
    /// The registered events by every name under which they may be stored.
    package let events: [EventType: any Event.Type]
    let upcasters: [EventType: [Int: Upcaster]]

    /// A registry of events and upcasters, checked against each other.
    ///
    /// - Parameters:
    ///   - codec: Encodes and decodes everything that the store keeps.
    ///   - events: All events that the program knows.
    ///   - upcasters: How older versions become the present ones, each under the present name of its event.
    /// - Throws: ``SchemaError`` that names types and versions: two events claim one name, or name each other as their
    ///   earlier one; a chain of upcasters has a gap, ends below the version of its event, or leads above it; an
    ///   upcaster is for an event that is not registered.
    public init(
        codec: any EventCodec = JSONCodec(),
        events: [any Event.Type],
        upcasters: [Upcaster] = []
    ) throws(SchemaError) {
        self.codec = codec
        json = codec as? JSONCodec
        self.events = try Self.index(events)
        self.upcasters = try Self.chains(of: upcasters)
        try checkChains()
    }

    /// A registry of upcasters; the events themselves become known when they are handled.
    ///
    /// - Throws: ``SchemaError`` when two upcasters start from the same version of a type, or when the upcasters of
    ///   a type leave out a version between the lowest and the highest that they read.
    public init(codec: any EventCodec = JSONCodec(), upcasters: [Upcaster]) throws(SchemaError) {
        self.codec = codec
        json = codec as? JSONCodec
        events = [:]
        self.upcasters = try Self.chains(of: upcasters)
    }

    /// A registry that knows nothing but a codec.
    public init(codec: any EventCodec = JSONCodec()) {
        self.codec = codec
        json = codec as? JSONCodec
        events = [:]
        upcasters = [:]
    }

    /// Encodes an event or any other value.
    ///
    /// - Throws: ``SchemaError`` that names the type and what the encoder said.
    public func encode<T: Encodable>(_ value: T) throws(SchemaError) -> [UInt8] {
        do {
            return try codec.encode(value)
        } catch {
            throw SchemaError(.notEncodable, "\(T.self) cannot be encoded: \(error)", underlying: error)
        }
    }

    /// Decodes a stored event as the struct that its type and version call for.
    ///
    /// - Throws: ``SchemaError``: the event has another type, comes from a newer program, has no upcaster, or does
    ///   not decode. The message names the event's position.
    public func decode<E: Event>(_ type: E.Type, from event: RecordedEvent) throws(SchemaError) -> E {
        guard E.isStored(as: event.type) else {
            throw SchemaError(
                .wrongType,
                "The event at position \(event.position) is a \(event.type), not a \(E.eventType)."
            )
        }
        do {
            return try event.shown { shown throws(SchemaError) in try decode(type, shown) }
        } catch {
            throw error.placed(in: event.stream)
        }
    }

    /// The same for an event that is known to be stored under one of the names of `E`.
    ///
    /// - Throws: ``SchemaError``, which does not name the stream.
    func decode<E: Event>(_ type: E.Type, _ event: StoredEvent) throws(SchemaError) -> E {
        do {
            if event.schemaVersion == E.schemaVersion {
                if let json { return try json.decode(type, in: event.data) }
                return try codec.decode(type, from: Array(event.data))
            }
        } catch {
            throw undecodable(type, event, error)
        }
        return try decode(type, upcasting: event)
    }

    private func decode<E: Event>(_ type: E.Type, upcasting event: StoredEvent) throws(SchemaError) -> E {
        var data = Array(event.data)
        var version = event.schemaVersion
        guard version <= E.schemaVersion else {
            throw SchemaError(
                .newerVersion,
                "The event at position \(event.position) is version \(version) of \(event.type); this program "
                    + "knows versions up to \(E.schemaVersion). Run the program that wrote it, or a later one."
            )
        }
        while version < E.schemaVersion {
            guard let upcaster = upcasters[E.eventType]?[version] else {
                throw SchemaError(
                    .missingUpcaster,
                    "The event at position \(event.position) is version \(version) of \(event.type), and no upcaster "
                        + "of \(E.eventType) leads from there to version \(version + 1). Register one with the "
                        + "SchemaRegistry."
                )
            }
            do {
                data = try upcaster.rewrite(data, codec)
            } catch {
                throw SchemaError(
                    .notDecodable,
                    "The upcaster of \(E.eventType) from version \(version) failed on the event at position "
                        + "\(event.position): \(error)",
                    underlying: error
                )
            }
            version += 1
        }
        do {
            return try codec.decode(E.self, from: data)
        } catch {
            throw undecodable(type, event, error)
        }
    }

    private func undecodable(_ type: (some Event).Type, _ event: StoredEvent, _ error: any Error) -> SchemaError {
        SchemaError(
            .notDecodable,
            "The event at position \(event.position) (\(event.type), version \(event.schemaVersion)) does not decode as "
                + "\(type): \(error)",
            underlying: error
        )
    }

    /// Decodes a stored event as the registered struct that its type calls for, whichever that is.
    ///
    /// ```swift
    /// switch try store.schema.decode(event) {
    /// case let event as OrderPlaced: …
    /// default: break
    /// }
    /// ```
    ///
    /// - Throws: ``SchemaError`` with code `unknownType` when no registered event has the type; as
    ///   ``decode(_:from:)``.
    public func decode(_ event: RecordedEvent) throws(SchemaError) -> any Event {
        guard let type = events[event.type] else { throw unknown(event) }
        return try decode(type, from: event)
    }

    /// Refuses an event whose type is not registered; without registered events there is nothing to refuse.
    package func requireKnown(_ event: RecordedEvent) throws(SchemaError) {
        guard events.isEmpty || events[event.type] != nil || event.type.isReserved else { throw unknown(event) }
    }

    private func unknown(_ event: RecordedEvent) -> SchemaError {
        SchemaError(
            .unknownType,
            "The event at position \(event.position) (stream \(event.stream)) is a \(event.type), which this program does "
                + "not know. Register the event with the SchemaRegistry, or run the program that wrote it."
        )
    }
}
