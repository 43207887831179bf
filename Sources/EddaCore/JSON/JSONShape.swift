/// The keys that the documents of one kind were seen to have, in rising order.
///
/// Documents of a kind have the same keys in the same order, save for what is optional. So a key is not read but compared
/// with the one that is expected, and a value is found by the number of its key instead of by a search. A document with
/// another key is read as if nothing were known, and then adds to what is known.
struct JSONShape {
    /// A key as it stands in a document, `"name":`.
    private struct Key {
        /// The first eight bytes, or as many as there are.
        var word: UInt64
        /// The bits of the word that count.
        var mask: UInt64
        /// Where all of its bytes are.
        var text: UnsafePointer<UInt8>
        var length: Int
    }

    private struct Memory {
        /// What the documents are decoded as.
        let kind: ObjectIdentifier
        var count = 0
        /// How many values have been asked for.
        var turn = 0
        var lessons = 0
        let keys = UnsafeMutablePointer<Key>.allocate(capacity: JSONShape.mostKeys)
        let text = UnsafeMutablePointer<UInt8>.allocate(capacity: JSONShape.mostText)
        /// The token of the value of each key in the present document; 0 where the key is missing.
        let values = UnsafeMutablePointer<UInt32>.allocate(capacity: JSONShape.mostKeys)
        /// The numbers of the keys in the order in which they were asked for last.
        let order = UnsafeMutablePointer<UInt8>.allocate(capacity: JSONShape.mostTurns)
    }

    private let memory: UnsafeMutablePointer<Memory>

    private static var mostKeys: Int { 32 }
    private static var mostText: Int { 1_024 }
    private static var mostTurns: Int { 64 }
    /// A kind whose keys are never the same is not learned for ever.
    private static var mostLessons: Int { 64 }

    /// The shape of documents of which none was seen yet.
    init(of kind: ObjectIdentifier) {
        memory = .allocate(capacity: 1)
        memory.initialize(to: Memory(kind: kind))
        memory.pointee.order.initialize(repeating: 0, count: Self.mostTurns)
    }

    /// Gives the memory back; all that is in it is trivial.
    func deallocate() {
        memory.pointee.keys.deallocate()
        memory.pointee.text.deallocate()
        memory.pointee.values.deallocate()
        memory.pointee.order.deallocate()
        memory.deallocate()
    }

    /// What the documents are decoded as.
    var kind: ObjectIdentifier { memory.pointee.kind }

    var isEmpty: Bool { memory.pointee.count == 0 }

    /// Forgets the document before.
    @inline(__always)
    func begin() {
        memory.pointee.turn = 0
        memory.pointee.values.initialize(repeating: 0, count: memory.pointee.count)
    }

    // MARK: Reading

    /// The number of the key that stands at a place, from a number on, or `nil`.
    @inline(__always)
    func key(in input: UnsafeBufferPointer<UInt8>, at place: Int, from first: Int) -> Int? {
        let room = input.count - place
        let start = input.baseAddress.unsafelyUnwrapped + place
        let word = start.word
        var number = first
        while number < memory.pointee.count {
            let key = memory.pointee.keys + number
            if word & key.pointee.mask == key.pointee.word,
                key.pointee.length <= 8
                    || room >= key.pointee.length && start.equals(key.pointee.text, key.pointee.length)
            {
                return number
            }
            number += 1
        }
        return nil
    }

    /// How many bytes a key and its colon take.
    @inline(__always)
    func length(of key: Int) -> Int { memory.pointee.keys[key].length }

    /// Notes where the value of a key is.
    @inline(__always)
    func set(_ token: Int, for key: Int) { memory.pointee.values[key] = UInt32(truncatingIfNeeded: token) }

    // MARK: Asking

    /// The token of the value for a key; 0 when it is missing, `nil` when that is not certain.
    @inline(__always)
    func value(for name: UnsafeBufferPointer<UInt8>) -> Int? {
        let turn = memory.pointee.turn
        let expected = Int(memory.pointee.order[turn])
        guard expected < memory.pointee.count, isKey(expected, name) else { return unexpected(name) }
        memory.pointee.turn = (turn + 1) % Self.mostTurns
        return Int(memory.pointee.values[expected])
    }

    @inline(__always)
    private func isKey(_ number: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let key = memory.pointee.keys[number]
        // Two quotes and a colon are not part of the name.
        return key.length - 3 == name.count
            && (name.isEmpty || name.baseAddress.unsafelyUnwrapped.equals(key.text + 1, name.count))
    }

    @inline(never)
    private func unexpected(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
        let turn = memory.pointee.turn
        memory.pointee.turn = (turn + 1) % Self.mostTurns
        for number in 0..<memory.pointee.count where isKey(number, name) {
            memory.pointee.order[turn] = UInt8(truncatingIfNeeded: number)
            return Int(memory.pointee.values[number])
        }
        // What is more than ASCII can be equivalent to ASCII.
        return name.allSatisfy { $0 < 0x80 } ? 0 : nil
    }

    // MARK: Learning

    /// Adds the keys of a document, if they are such as can be expected again.
    func learn(_ input: UnsafeBufferPointer<UInt8>, _ tokens: JSONTokens) {
        guard memory.pointee.lessons < Self.mostLessons, tokens[0].traits.contains(.ordered), tokens[0].kind == .object
        else {
            return
        }
        // It may have been read slowly for another reason, such as space between its members.
        guard !knowsAll(of: input, tokens) else { return }
        memory.pointee.lessons += 1
        guard memory.pointee.lessons < Self.mostLessons else {
            memory.pointee.count = 0
            return
        }
        var present: Set<[UInt8]> = []
        forEachKey(in: input, tokens) { present.insert(Array($0)) }
        let known = (0..<memory.pointee.count).map { number in
            let key = memory.pointee.keys[number]
            return Array(UnsafeBufferPointer(start: key.text + 1, count: key.length - 3))
        }
        if !replace(with: present.union(known)), !replace(with: present) { memory.pointee.count = 0 }
    }

    /// Whether all keys of a document are known; theirs and the known ones rise.
    private func knowsAll(of input: UnsafeBufferPointer<UInt8>, _ tokens: JSONTokens) -> Bool {
        var number = 0
        forEachKey(in: input, tokens) { name in
            while number < memory.pointee.count, !isKey(number, name) { number += 1 }
            number += 1
        }
        return number <= memory.pointee.count
    }

    private func forEachKey(
        in input: UnsafeBufferPointer<UInt8>,
        _ tokens: JSONTokens,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var place = 1
        for _ in 0..<tokens[0].length {
            let (start, length) = (Int(tokens[place].start), Int(tokens[place].length))
            body(UnsafeBufferPointer(rebasing: input[start..<start + length]))
            place = Int(tokens[Int(tokens[place].next)].next)
        }
    }

    /// Takes these keys for the ones to expect; `false` when they are too many.
    private func replace(with names: Set<[UInt8]>) -> Bool {
        guard names.count <= Self.mostKeys, names.reduce(0, { $0 + $1.count + 3 }) <= Self.mostText else {
            return false
        }
        var free = memory.pointee.text
        for (number, name) in names.sorted(by: { $0.lexicographicallyPrecedes($1) }).enumerated() {
            let key = [UInt8(ascii: "\"")] + name + [UInt8(ascii: "\""), UInt8(ascii: ":")]
            free.initialize(from: key, count: key.count)
            let mask: UInt64 = key.count >= 8 ? .max : (1 << UInt64(key.count * 8)) - 1
            let word = key.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            memory.pointee.keys[number] = Key(word: word, mask: mask, text: free, length: key.count)
            free += key.count
        }
        memory.pointee.count = names.count
        return true
    }
}

extension UnsafePointer<UInt8> {
    /// The next eight bytes, the first one lowest.
    @inline(__always)
    fileprivate var word: UInt64 { UInt64(littleEndian: UnsafeRawPointer(self).loadUnaligned(as: UInt64.self)) }

    /// Whether the next bytes, one or more, are the same as others.
    ///
    /// Names are short: a call of `memcmp` costs more than these comparisons, of which the last two may overlap.
    @inline(__always)
    func equals(_ other: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        if count >= 8 {
            var place = 0
            while place < count - 8 {
                if (self + place).word != (other + place).word { return false }
                place += 8
            }
            return (self + count - 8).word == (other + count - 8).word
        }
        if count >= 4 {
            return half(0) == other.half(0) && half(count - 4) == other.half(count - 4)
        }
        return self[0] == other[0] && self[count / 2] == other[count / 2] && self[count - 1] == other[count - 1]
    }

    @inline(__always)
    private func half(_ offset: Int) -> UInt32 { UnsafeRawPointer(self + offset).loadUnaligned(as: UInt32.self) }
}
