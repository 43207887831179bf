extension JSONTape {
    /// The token of the value that an object has for a key, or `nil`.
    ///
    /// Of a key that occurs twice the first counts. Keys are equal as Swift's strings are: by canonical equivalence.
    @inline(__always)
    func find(_ key: String, in object: Int) -> Int? {
        var text = key
        if object == 0, let shape = content.pointee.shape, let value = text.withUTF8(shape.value(for:)) {
            return value == 0 ? nil : value
        }
        let token = tokens[object]
        guard token.length > 0 else { return nil }
        guard token.traits.contains(.ordered) else { return findAmongUnusual(key, in: object) }
        let bytes = content.pointee.bytes.baseAddress.unsafelyUnwrapped
        var isASCII = true
        let found: Int? = text.withUTF8 { key in
            // Keys are mostly asked for one after another; if not, one round finds any.
            let end = Int(token.next)
            var place = Int(token.start)
            for _ in 0..<min(token.length, Self.longSearch) {
                if place == end { place = object + 1 }
                let candidate = tokens[place]
                let value = Int(candidate.next)
                if Int(candidate.length) == key.count,
                    key.isEmpty
                        || (bytes + Int(candidate.start)).equals(key.baseAddress.unsafelyUnwrapped, key.count)
                {
                    tokens[object].start = tokens[value].next
                    return value
                }
                place = Int(tokens[value].next)
            }
            isASCII = key.allSatisfy { $0 < 0x80 }
            return nil
        }
        if found == nil, token.length > Self.longSearch || !isASCII {
            return findAmongUnusual(key, in: object)
        }
        return found
    }

    /// So many keys are compared one by one; an object with more gets an index.
    private static let longSearch: UInt32 = 32

    /// The same for objects whose keys are out of order, escaped, not ASCII, or many.
    @inline(never)
    private func findAmongUnusual(_ key: String, in object: Int) -> Int? {
        if tokens[object].length > Self.longSearch {
            if content.pointee.indexes[object] == nil { content.pointee.indexes[object] = index(of: object) }
            return content.pointee.indexes[object]?[key]
        }
        var place = object + 1
        for _ in 0..<tokens[object].length {
            let candidate = tokens[place]
            // Equal lengths in bytes say nothing once a key is more than ASCII.
            let mayBeEqual = !candidate.traits.contains(.plain) || Int(candidate.length) == key.utf8.count
            if mayBeEqual || !key.utf8.allSatisfy({ $0 < 0x80 }), text(of: candidate) == key {
                return Int(candidate.next)
            }
            place = Int(tokens[Int(candidate.next)].next)
        }
        return nil
    }

    private func index(of object: Int) -> [String: Int] {
        var index: [String: Int] = [:]
        var place = object + 1
        for _ in 0..<tokens[object].length {
            let value = Int(tokens[place].next)
            let key = text(of: tokens[place])
            if index[key] == nil { index[key] = value }
            place = Int(tokens[value].next)
        }
        return index
    }

    /// The keys of an object in the order of the document, each once.
    func keys(of object: Int) -> [String] {
        var keys: [String] = []
        keys.reserveCapacity(Int(tokens[object].length))
        var seen: Set<String> = []
        let isOrdered = tokens[object].traits.contains(.ordered)
        var place = object + 1
        for _ in 0..<tokens[object].length {
            let key = text(of: tokens[place])
            if isOrdered || seen.insert(key).inserted { keys.append(key) }
            place = Int(tokens[Int(tokens[place].next)].next)
        }
        return keys
    }
}
