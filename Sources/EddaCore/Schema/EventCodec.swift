/// Turns Swift values into stored bytes and back.
///
/// One codec serves a whole store: events, commands, replies and the state of sagas.
public protocol EventCodec: Sendable {
    /// The media type of the bytes, such as `application/json`.
    var contentType: String { get }

    /// Encodes a value.
    ///
    /// Equal values give equal bytes, in every process: the content of an idempotency key is compared by them.
    ///
    /// - Throws: What the encoder throws.
    func encode(_ value: some Encodable) throws -> [UInt8]

    /// Decodes a value.
    ///
    /// - Throws: What the decoder throws.
    func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T
}
