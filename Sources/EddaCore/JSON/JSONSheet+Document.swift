#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension JSONSheet {
    /// The document: what has been written, put together.
    func document() -> [UInt8] {
        // A value has at most two quotes, a colon and a comma around it, and two brackets if it is a container.
        var most = ink.count + entries.count * 6
        for index in 0..<entries.count where entries[index].traits.contains(.escaped) {
            most += Int(entries[index].keyLength) * 5
        }
        return [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            count = put(0, at: start) - start
            precondition(count <= most)
        }
    }

    /// Writes the value of an entry.
    ///
    /// - Returns: The place behind it.
    private func put(_ index: Int, at place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let entry = entries[index]
        switch entry.kind {
        case .text: return copy(ink.bytes(entry.start, entry.length), to: place)
        case .array where entry.traits.contains(.unordered): return putUnordered(entry, by: 1, at: place)
        case .array where entry.traits.contains(.unorderedPairs): return putUnordered(entry, by: 2, at: place)
        case .array: return putArray(entry, at: place)
        case .object where entry.length > 1: return putSorted(entry, at: place)
        case .object, .empty:
            place.pointee = UInt8(ascii: "{")
            var place = place + 1
            if entry.length == 1 {
                place = put(key: Int(entry.start), value: Int(entry.start), at: place)
            }
            place.pointee = UInt8(ascii: "}")
            return place + 1
        }
    }

    private func putArray(_ array: JSONEntry, at place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var place = place
        place.pointee = UInt8(ascii: "[")
        place += 1
        var element = Int(array.start)
        for number in 0..<array.length {
            if number > 0 {
                place.pointee = UInt8(ascii: ",")
                place += 1
            }
            place = put(element, at: place)
            element = Int(entries[element].next)
        }
        place.pointee = UInt8(ascii: "]")
        return place + 1
    }

    /// Writes an array whose elements come in no order of their own: in the order of their bytes.
    ///
    /// - Parameter size: How many elements stay together.
    private func putUnordered(
        _ array: JSONEntry,
        by size: Int,
        at start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var groups: [Range<Int>] = []
        var element = Int(array.start)
        start.pointee = UInt8(ascii: "[")
        var place = start + 1
        for number in 0..<Int(array.length) {
            if number > 0 {
                place.pointee = UInt8(ascii: ",")
                place += 1
            }
            let begin = number.isMultiple(of: size) ? place - start : groups.removeLast().lowerBound
            place = put(element, at: place)
            groups.append(begin..<place - start)
            element = Int(entries[element].next)
        }
        place.pointee = UInt8(ascii: "]")
        let written = Array(UnsafeBufferPointer(start: start, count: place - start))
        groups.sort { written[$0].lexicographicallyPrecedes(written[$1]) }
        place = start + 1
        for (number, group) in groups.enumerated() {
            if number > 0 {
                place.pointee = UInt8(ascii: ",")
                place += 1
            }
            place = written[group].withUnsafeBufferPointer { copy($0, to: place) }
        }
        return place + 1
    }

    /// Writes an object, its members in the order of their keys' bytes; of a key that occurs twice the last counts.
    private func putSorted(_ object: JSONEntry, at place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        if object.traits.contains(.nonASCII) { return putByText(object, at: place) }
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Int(object.length)) { members in
            var member = object.start
            var isSorted = true
            for number in 0..<Int(object.length) {
                members.initializeElement(at: number, to: member)
                if number > 0, isSorted { isSorted = order(Int(members[number - 1]), Int(member)) < 0 }
                let next = entries[Int(member)].next
                // From here on, the place among the members, for those that have the same key.
                entries[Int(member)].next = UInt32(truncatingIfNeeded: number)
                member = next
            }
            if !isSorted { sort(members) }
            var place = place
            place.pointee = UInt8(ascii: "{")
            place += 1
            var isFirst = true
            for (number, member) in members.enumerated() {
                if !isSorted, number + 1 < members.count, order(Int(member), Int(members[number + 1])) == 0 { continue }
                if !isFirst {
                    place.pointee = UInt8(ascii: ",")
                    place += 1
                }
                isFirst = false
                place = put(key: Int(member), value: Int(member), at: place)
            }
            place.pointee = UInt8(ascii: "}")
            return place + 1
        }
    }

    /// Writes an object some of whose keys are not ASCII, and may be equal to others by canonical equivalence: then the
    /// value of the last counts, under the key of the first.
    private func putByText(_ object: JSONEntry, at place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var members: [(key: Int, value: Int)] = []
        var numbers: [String: Int] = [:]
        var member = Int(object.start)
        for _ in 0..<object.length {
            let key = self.key(of: member)
            if let number = numbers[key] {
                members[number].value = member
            } else {
                numbers[key] = members.count
                members.append((member, member))
            }
            member = Int(entries[member].next)
        }
        members.sort { order($0.key, $1.key) < 0 }
        var place = place
        place.pointee = UInt8(ascii: "{")
        place += 1
        for (number, member) in members.enumerated() {
            if number > 0 {
                place.pointee = UInt8(ascii: ",")
                place += 1
            }
            place = put(key: member.key, value: member.value, at: place)
        }
        place.pointee = UInt8(ascii: "}")
        return place + 1
    }

    /// Writes a member.
    @inline(__always)
    private func put(key: Int, value: Int, at place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let entry = entries[key]
        let bytes = ink.bytes(entry.keyStart, entry.keyLength)
        var place = place
        if entry.traits.contains(.escaped) {
            place = JSONInk.quote(bytes, at: place)
        } else {
            place.pointee = UInt8(ascii: "\"")
            place = copy(bytes, to: place + 1)
            place.pointee = UInt8(ascii: "\"")
            place += 1
        }
        place.pointee = UInt8(ascii: ":")
        return put(value, at: place + 1)
    }

    @inline(__always)
    private func copy(
        _ bytes: UnsafeBufferPointer<UInt8>,
        to place: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        guard let start = bytes.baseAddress else { return place }
        place.update(from: start, count: bytes.count)
        return place + bytes.count
    }

    /// Sorts members by key; those of the same key stay in their order.
    private func sort(_ members: UnsafeMutableBufferPointer<UInt32>) {
        var members = members
        guard members.count <= 24 else {
            members.sort { left, right in
                let order = order(Int(left), Int(right))
                return order == 0 ? entries[Int(left)].next < entries[Int(right)].next : order < 0
            }
            return
        }
        for end in 1..<members.count {
            let member = members[end]
            var place = end
            while place > 0, order(Int(members[place - 1]), Int(member)) > 0 {
                members[place] = members[place - 1]
                place -= 1
            }
            members[place] = member
        }
    }

    /// Below zero when the first key's bytes come before the second's, zero when they are the same.
    @inline(__always)
    private func order(_ left: Int, _ right: Int) -> Int {
        let (first, second) = (entries[left].prefix, entries[right].prefix)
        if first != second { return first < second ? -1 : 1 }
        return longOrder(left, right)
    }

    @inline(never)
    private func longOrder(_ left: Int, _ right: Int) -> Int {
        let (left, right) = (entries[left], entries[right])
        let common = Int(min(left.keyLength, right.keyLength))
        if common > 0 {
            let order = memcmp(
                ink.bytes(left.keyStart, left.keyLength).baseAddress!,
                ink.bytes(right.keyStart, right.keyLength).baseAddress!,
                common
            )
            if order != 0 { return Int(order) }
        }
        return Int(left.keyLength) - Int(right.keyLength)
    }
}
