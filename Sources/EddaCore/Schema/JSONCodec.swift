/// JSON with sorted keys and sorted sets, so that equal values have equal bytes.
///
/// `Data` is Base64, `Date` is RFC 3339 in UTC with milliseconds, `Timestamp` the same with microseconds, `Decimal` a
/// number, `URL` a string.
///
/// Encoding is Edda's own, several times faster than Foundation's `JSONEncoder`, and writes the same bytes, with these
/// exceptions:
///
/// - The elements of a `Set`, and the pairs of a dictionary that JSON has no object for, are in the order of their
///   bytes. Foundation leaves them in an order that differs between processes. So does this codec with a set that another
///   type encodes by `set.encode(to: encoder)`, as a property wrapper may: it cannot tell that from an array. Give such a
///   type a container: `var container = encoder.singleValueContainer(); try container.encode(set)`.
/// - A `Date` is rounded to the millisecond, so that what was read is written as it was; Foundation cuts off the rest. One
///   outside the years 1 to 9999 throws `EncodingError`: it could not be read again.
/// - What encodes two values in one place throws `EncodingError`. Foundation forgets one of them, or traps.
/// - A value whose encoding throws, and is passed over by whoever asked for it, leaves nothing behind.
/// - An element that is a superclass has its place from the moment its encoder is asked for.
///
/// Decoding is Edda's own too, and agrees with Foundation's `JSONDecoder` on what a document means and which errors
/// there are, with these exceptions:
///
/// - Damage is found anywhere in a document. Foundation overlooks it in values that nobody asks for: an escape that
///   JSON has not, a malformed number, a byte that is not UTF-8.
/// - An integer of 2^53 or more may be written with a fraction or an exponent if it is exactly an integer of the type
///   asked for. Foundation rounds some of these and refuses others.
/// - `0e1` is zero. Foundation refuses a zero with a short exponent when a floating-point number is asked for.
/// - A number that the type does not hold is `dataCorrupted` here as there, but the error names the way to it.
/// - A keyed container is of use until the call that decodes its document returns. If one is kept beyond that without a
///   `Decoder` or an unkeyed container of the same document, it throws, and traps where it cannot throw.
///
/// As there: of a key that occurs twice the first counts; keys are equal by canonical equivalence; a document may be
/// any value, in UTF-8, UTF-16 or UTF-32, with or without a byte order mark, except for UTF-32 in little-endian order
/// with a mark, which neither reads; a comma may stand before a closing bracket;
/// nesting ends at 512; `1.0` and `1e3` are integers; a `Float` or `Double` that would become infinite, or zero without
/// being zero, is refused; a null asked for as a `Bool` is a `typeMismatch`. Values may be encoded and decoded on any
/// number of threads at once.
public struct JSONCodec: EventCodec {
    /// The codec.
    public init() {}

    /// `application/json`.
    public var contentType: String { "application/json" }

    /// Encodes a value as JSON.
    ///
    /// - Throws: `EncodingError`, also for numbers that JSON cannot hold.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        try JSONSheet.encode(value)
    }

    /// Decodes a value from JSON.
    ///
    /// - Throws: `DecodingError` when the bytes are not JSON or do not fit the type.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try bytes.withUnsafeBufferPointer { try decode(type, in: $0) }
    }

    /// The same from bytes where they are.
    func decode<T: Decodable>(_ type: T.Type, in bytes: UnsafeBufferPointer<UInt8>) throws -> T {
        try JSONTape.decode(type, from: bytes)
    }
}
