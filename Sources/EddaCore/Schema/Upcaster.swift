/// Rewrites the stored data of one event type from one schema version to the next, when it is read.
///
/// What is stored never changes.
public struct Upcaster: Sendable {
    /// The event type.
    public let type: EventType
    /// The schema version that it reads; it yields the next one.
    public let version: Int
    let rewrite: @Sendable (_ data: [UInt8], _ codec: any EventCodec) throws -> [UInt8]

    /// An upcaster from `version` to `version + 1`.
    ///
    /// It reads and writes with the codec of the registry that it is given to.
    ///
    /// ```swift
    /// Upcaster("order.placed", from: 1) { (old: OrderPlacedV1) in OrderPlaced(customer: old.name, total: old.total) }
    /// ```
    public init<Old: Decodable & SendableMetatype, New: Encodable & SendableMetatype>(
        _ type: EventType,
        from version: Int,
        _ convert: @escaping @Sendable (Old) throws -> New
    ) {
        self.type = type
        self.version = version
        rewrite = { data, codec in try codec.encode(convert(codec.decode(Old.self, from: data))) }
    }
}
