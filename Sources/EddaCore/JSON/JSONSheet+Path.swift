extension JSONSheet {
    /// The key of a member.
    func key(of entry: Int) -> String {
        String(decoding: ink.bytes(entries[entry].keyStart, entries[entry].keyLength), as: UTF8.self)
    }

    /// The way from the document to an entry: found out when it is asked for, so that encoding need not keep it.
    func path(to entry: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var entry = entry
        while entry > 0 {
            let parent = Int(entries[entry].parent)
            path.append(
                entries[parent].kind == .array
                    ? JSONPathKey(intValue: Int(entries[entry].keyStart)) : JSONPathKey(stringValue: key(of: entry))
            )
            entry = parent
        }
        return path.reversed()
    }

    /// The entry that has the last value for a key.
    ///
    /// - Complexity: linear in the number of members the first few times, constant on average when there are many.
    func find(_ key: String, in object: Int) -> Int? {
        var index = indexes[object] ?? MemberIndex()
        let count = Int(entries[object].length)
        guard count > 0 else { return nil }
        var member = index.last == 0 ? Int(entries[object].start) : Int(entries[index.last].next)
        while member != 0 {
            index.entries[self.key(of: member)] = member
            index.last = member
            member = Int(entries[member].next)
        }
        indexes[object] = index
        return index.entries[key]
    }
}
