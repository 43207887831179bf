internal import Synchronization

/// Finds out what a type decodes, so that a change of it is noticed.
enum StateShape {
    private struct Key: Hashable {
        let type: ObjectIdentifier
        let version: Int
    }

    private static let known = Mutex<[Key: String]>([:])

    /// The fingerprint of lines; made once for a type and a version.
    static func fingerprint(of type: Any.Type, version: Int, lines: () -> [String]) -> String {
        let key = Key(type: ObjectIdentifier(type), version: version)
        if let known = known.withLock({ $0[key] }) { return known }
        var fingerprint = Fingerprint()
        for line in lines() { fingerprint.add(line) }
        let text = fingerprint.text
        known.withLock { $0[key] = text }
        return text
    }

    /// Names and types of the properties that a type decodes, nested ones too, as far as its initial value lets it see.
    static func properties<State: Codable>(of type: State.Type, initially state: State) -> [String] {
        let node = ShapeNode()
        // A state that does not encode has no snapshots either.
        try? state.encode(to: ShapeEncoder(node: node))
        let record = ShapeRecord()
        _ = try? State(
            from: ShapeDecoder(record: record, node: node, path: "", ancestors: [ObjectIdentifier(type)])
        )
        return record.lines.sorted()
    }
}
