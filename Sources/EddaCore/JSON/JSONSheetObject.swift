/// An object on a sheet.
struct JSONSheetObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sheet: JSONSheet
    let object: Int

    var codingPath: [any CodingKey] { sheet.path(to: object) }

    /// Adds a member that `body` writes.
    @inline(__always)
    private func write(_ key: Key, _ body: (borrowing JSONInk) throws -> Void) rethrows {
        let member = sheet.member(key.stringValue, of: object)
        try sheet.write(member, body)
        sheet.link(member)
    }

    /// Adds a member that `body` fills.
    @inline(__always)
    private func fill(_ key: Key, _ body: (Int) throws -> Void) rethrows {
        let member = sheet.member(key.stringValue, of: object)
        try body(member)
        sheet.link(member)
    }

    /// The container that a key has already, or a new one.
    private func container(_ key: Key, _ kind: JSONEntry.Kind) -> Int {
        if let member = sheet.find(key.stringValue, in: object) {
            sheet.open(member, as: kind)
            if sheet.entries[member].kind == kind { return member }
        }
        let member = sheet.member(key.stringValue, of: object)
        sheet.open(member, as: kind)
        sheet.link(member)
        return member
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        KeyedEncodingContainer(JSONSheetObject<Nested>(sheet: sheet, object: container(key, .object)))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        JSONSheetArray(sheet: sheet, array: container(key, .array))
    }

    func superEncoder() -> any Encoder { superEncoder("super") }
    func superEncoder(forKey key: Key) -> any Encoder { superEncoder(key.stringValue) }

    private func superEncoder(_ key: String) -> any Encoder {
        let member = sheet.member(key, of: object)
        sheet.link(member)
        return JSONSheetEncoder(sheet: sheet, entry: member)
    }

    func encodeNil(forKey key: Key) throws { write(key) { $0.write("null") } }
    func encode(_ value: Bool, forKey key: Key) throws { write(key) { $0.write(value ? "true" : "false") } }
    func encode(_ value: String, forKey key: Key) throws { write(key) { $0.write(quoted: value) } }
    func encode(_ value: Double, forKey key: Key) throws { try fill(key) { try sheet.encode(value, at: $0) } }
    func encode(_ value: Float, forKey key: Key) throws { try fill(key) { try sheet.encode(value, at: $0) } }
    func encode(_ value: Int, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: Int8, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: Int16, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: Int32, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: Int64, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: Int128, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: UInt, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: UInt8, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: UInt16, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: UInt32, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: UInt64, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode(_ value: UInt128, forKey key: Key) throws { write(key) { $0.write(integer: value) } }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try fill(key) { try sheet.encodeWhole(value, at: $0) }
    }
}
