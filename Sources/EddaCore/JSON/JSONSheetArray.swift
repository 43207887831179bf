/// An array on a sheet.
struct JSONSheetArray: UnkeyedEncodingContainer {
    let sheet: JSONSheet
    let array: Int

    var codingPath: [any CodingKey] { sheet.path(to: array) }
    var count: Int { sheet.entries[array].kind == .array ? Int(sheet.entries[array].length) : 0 }

    /// Appends an element that `body` writes.
    @inline(__always)
    private func write(_ body: (borrowing JSONInk) throws -> Void) rethrows {
        let element = sheet.element(of: array)
        try sheet.write(element, body)
        sheet.link(element)
    }

    /// Appends an element that `body` fills.
    @inline(__always)
    private func fill(_ body: (Int) throws -> Void) rethrows {
        let element = sheet.element(of: array)
        try body(element)
        sheet.link(element)
    }

    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let element = sheet.element(of: array)
        sheet.open(element, as: .object)
        sheet.link(element)
        return KeyedEncodingContainer(JSONSheetObject<Key>(sheet: sheet, object: element))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let element = sheet.element(of: array)
        sheet.open(element, as: .array)
        sheet.link(element)
        return JSONSheetArray(sheet: sheet, array: element)
    }

    /// The element's place is taken now, whenever it is filled.
    func superEncoder() -> any Encoder {
        let element = sheet.element(of: array)
        sheet.link(element)
        return JSONSheetEncoder(sheet: sheet, entry: element)
    }

    func encodeNil() throws { write { $0.write("null") } }
    func encode(_ value: Bool) throws { write { $0.write(value ? "true" : "false") } }
    func encode(_ value: String) throws { write { $0.write(quoted: value) } }
    func encode(_ value: Double) throws { try fill { try sheet.encode(value, at: $0) } }
    func encode(_ value: Float) throws { try fill { try sheet.encode(value, at: $0) } }
    func encode(_ value: Int) throws { write { $0.write(integer: value) } }
    func encode(_ value: Int8) throws { write { $0.write(integer: value) } }
    func encode(_ value: Int16) throws { write { $0.write(integer: value) } }
    func encode(_ value: Int32) throws { write { $0.write(integer: value) } }
    func encode(_ value: Int64) throws { write { $0.write(integer: value) } }
    func encode(_ value: Int128) throws { write { $0.write(integer: value) } }
    func encode(_ value: UInt) throws { write { $0.write(integer: value) } }
    func encode(_ value: UInt8) throws { write { $0.write(integer: value) } }
    func encode(_ value: UInt16) throws { write { $0.write(integer: value) } }
    func encode(_ value: UInt32) throws { write { $0.write(integer: value) } }
    func encode(_ value: UInt64) throws { write { $0.write(integer: value) } }
    func encode(_ value: UInt128) throws { write { $0.write(integer: value) } }
    func encode<T: Encodable>(_ value: T) throws { try fill { try sheet.encodeWhole(value, at: $0) } }
}
