/// What a program knows about the stored form of its events: the codec, and how old shapes become new ones.
public struct SchemaRegistry: Sendable {
    /// Encodes and decodes everything that the store keeps.
    public let codec: any EventCodec
    private var upcasters: [EventType: [Int: Upcaster]] = [:]

    /// A registry.
    ///
    /// - Throws: ``SchemaError`` when two upcasters start from the same version of a type, or when the upcasters of
    ///   a type leave out a version between the lowest and the highest that they read.
    public init(codec: any EventCodec = JSONCodec(), upcasters: [Upcaster]) throws(SchemaError) {
        self.codec = codec
        for upcaster in upcasters {
            guard self.upcasters[upcaster.type, default: [:]].updateValue(upcaster, forKey: upcaster.version) == nil
            else {
                throw SchemaError(
                    .ambiguousUpcaster,
                    "Two upcasters of \(upcaster.type) start from version \(upcaster.version). Keep one."
                )
            }
        }
        for (type, chain) in self.upcasters {
            let versions = chain.keys.sorted()
            guard let lowest = versions.first, let highest = versions.last else { continue }
            for version in lowest...highest where chain[version] == nil {
                throw SchemaError(
                    .missingUpcaster,
                    "The upcasters of \(type) lead from version \(lowest) to \(highest + 1), but the one from "
                        + "\(version) is missing. Add it."
                )
            }
        }
    }

    /// A registry without upcasters.
    public init(codec: any EventCodec = JSONCodec()) {
        self.codec = codec
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
        guard event.type == E.eventType else {
            throw SchemaError(
                .wrongType,
                "The event at position \(event.position) is a \(event.type), not a \(E.eventType)."
            )
        }
        var data = event.data
        var version = event.schemaVersion
        guard version <= E.schemaVersion else {
            throw SchemaError(
                .newerVersion,
                "The event at position \(event.position) is version \(version) of \(event.type); this program "
                    + "knows versions up to \(E.schemaVersion). Run the program that wrote it, or a later one."
            )
        }
        while version < E.schemaVersion {
            guard let upcaster = upcasters[event.type]?[version] else {
                throw SchemaError(
                    .missingUpcaster,
                    "The event at position \(event.position) is version \(version) of \(event.type), and no upcaster "
                        + "leads from there to version \(version + 1). Register one with the SchemaRegistry."
                )
            }
            do {
                data = try upcaster.rewrite(data)
            } catch {
                throw SchemaError(
                    .notDecodable,
                    "The upcaster of \(event.type) from version \(version) failed on the event at position "
                        + "\(event.position): \(error)",
                    underlying: error
                )
            }
            version += 1
        }
        do {
            return try codec.decode(E.self, from: data)
        } catch {
            throw SchemaError(
                .notDecodable,
                "The event at position \(event.position) (\(event.type), version \(event.schemaVersion), stream "
                    + "\(event.stream)) does not decode as \(E.self): \(error)",
                underlying: error
            )
        }
    }
}
