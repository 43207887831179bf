/// A JSON document in the making.
///
/// Values are written as they come, one behind the other; entries tell which belongs where. Containers may be filled in
/// any order, and several at a time, as `Encoder` allows. At the end the entries are put together, keys sorted.
///
/// A sheet belongs to one call of ``JSONCodec/encode(_:)``: it is no more `Sendable` than `Encoder` is.
final class JSONSheet {
    let ink = JSONInk(capacity: 480)
    let entries = JSONEntries(capacity: 24)
    /// Why the document cannot be finished, found where nothing could be thrown.
    private(set) var fault: EncodingError.Context?
    /// Which entry the last value for a key has, in large objects whose members are looked up.
    var indexes: [Int: MemberIndex] = [:]

    /// The members of a large object by key, as far as they have been looked at.
    struct MemberIndex {
        var entries: [String: Int] = [:]
        var last = 0
    }

    /// Containers may be in at most this many, as in Foundation's encoder.
    static let depthLimit = 511

    init() { _ = entries.append(JSONEntry()) }

    /// Keeps the first reason why the document cannot be finished.
    ///
    /// - Parameter entry: Where; the document as a whole by default.
    @inline(never)
    func fail(_ description: String, at entry: Int = 0) {
        if fault == nil { fault = EncodingError.Context(codingPath: path(to: entry), debugDescription: description) }
    }

    // MARK: Making entries. They come into their container when their value is complete.

    /// An entry for a member of an object.
    @inline(__always)
    func member(_ key: String, of object: Int) -> Int {
        var key = key
        return key.withUTF8 { member($0, of: object) }
    }

    private func member(_ key: UnsafeBufferPointer<UInt8>, of object: Int) -> Int {
        var entry = JSONEntry()
        var (prefix, traits): (UInt64, JSONEntry.Traits) = (0, [])
        var seen: UInt64 = 0
        var place = 0
        while place < key.count {
            let word = JSONWord.load(key, at: place)
            if place == 0 { prefix = word.byteSwapped }
            if JSONWord.escapes(word | JSONWord.padding(key.count - place)) != 0 { traits.insert(.escaped) }
            seen |= word
            place += 8
        }
        if seen & JSONWord.high != 0 { traits.insert(.nonASCII) }
        entry.prefix = prefix
        entry.traits = traits
        entry.keyStart = offset()
        entry.keyLength = UInt32(truncatingIfNeeded: key.count)
        entry.parent = UInt32(truncatingIfNeeded: object)
        entry.depth = entries[object].depth + 1
        ink.write(verbatim: key)
        return entries.append(entry)
    }

    /// An entry for the next element of an array.
    @inline(__always)
    func element(of array: Int) -> Int {
        var entry = JSONEntry()
        entry.keyStart = entries[array].length
        entry.parent = UInt32(truncatingIfNeeded: array)
        entry.depth = entries[array].depth + 1
        return entries.append(entry)
    }

    /// Puts an entry behind the others of its container.
    @inline(__always)
    func link(_ entry: Int) {
        let parent = Int(entries[entry].parent)
        let number = UInt32(truncatingIfNeeded: entry)
        if entries[parent].length == 0 {
            entries[parent].start = number
        } else {
            entries[Int(entries[parent].last)].next = number
        }
        entries[parent].last = number
        entries[parent].length += 1
        if entries[entry].traits.contains(.nonASCII) { entries[parent].traits.insert(.nonASCII) }
    }

    // MARK: Filling entries.

    /// Fills an entry with what `body` writes.
    @inline(__always)
    func write(_ entry: Int, _ body: (borrowing JSONInk) throws -> Void) rethrows {
        guard entries[entry].kind == .empty else { return refill(entry) }
        let start = offset()
        try body(ink)
        entries[entry].kind = .text
        entries[entry].start = start
        entries[entry].length = UInt32(truncatingIfNeeded: ink.count - Int(start))
    }

    /// Makes an entry an array or object, unless it is one of that kind already.
    @inline(__always)
    func open(_ entry: Int, as kind: JSONEntry.Kind) {
        let present = entries[entry].kind
        if present == kind { return }
        guard present == .empty else { return refill(entry) }
        // The depth is that of the value; beyond the limit there is nothing to be gained by going on.
        if entries[entry].depth >= Self.depthLimit { fail("Arrays and objects are nested too deep.") }
        entries[entry].kind = kind
    }

    @inline(never)
    private func refill(_ entry: Int) {
        fail("Two values were encoded in the same place.", at: entry)
    }

    /// Where the next byte comes to stand.
    @inline(__always)
    private func offset() -> UInt32 {
        if ink.count > Int(UInt32.max) - 1 << 20 { fail("The document is larger than 4 GiB.") }
        return UInt32(truncatingIfNeeded: ink.count)
    }
}
