/// A place on a sheet, to be filled by whatever type encodes itself there.
struct JSONSheetEncoder: Encoder, SingleValueEncodingContainer {
    let sheet: JSONSheet
    let entry: Int
    /// What encodes itself there, where it may be a set.
    var type: Any.Type?

    var codingPath: [any CodingKey] { sheet.path(to: entry) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        sheet.open(entry, as: .object)
        return KeyedEncodingContainer(JSONSheetObject<Key>(sheet: sheet, object: entry))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        sheet.open(entry, as: .array)
        if let type = type as? any JSONUnordered.Type { sheet.entries[entry].traits.insert(type.traits) }
        return JSONSheetArray(sheet: sheet, array: entry)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() throws { sheet.write(entry) { $0.write("null") } }
    func encode(_ value: Bool) throws { sheet.write(entry) { $0.write(value ? "true" : "false") } }
    func encode(_ value: String) throws { sheet.write(entry) { $0.write(quoted: value) } }
    func encode(_ value: Double) throws { try sheet.encode(value, at: entry) }
    func encode(_ value: Float) throws { try sheet.encode(value, at: entry) }
    func encode(_ value: Int) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: Int8) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: Int16) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: Int32) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: Int64) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: Int128) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: UInt) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: UInt8) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: UInt16) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: UInt32) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: UInt64) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode(_ value: UInt128) throws { sheet.write(entry) { $0.write(integer: value) } }
    func encode<T: Encodable>(_ value: T) throws { try sheet.encodeWhole(value, at: entry) }
}

/// What encodes its elements one after another in an order that means nothing, and differs between processes.
private protocol JSONUnordered {
    static var traits: JSONEntry.Traits { get }
}

extension Set: JSONUnordered {
    fileprivate static var traits: JSONEntry.Traits { .unordered }
}

/// Keys that are neither text nor numbers stand each before its value.
extension Dictionary: JSONUnordered {
    fileprivate static var traits: JSONEntry.Traits { .unorderedPairs }
}
