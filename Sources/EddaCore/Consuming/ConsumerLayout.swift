/// The checkpoints of a consumer: one for each of its shares, their names telling how the events are divided.
///
/// Whoever starts with another division than the stored one divides anew: all new shares begin where the share that is
/// furthest behind was, so that no event is passed over.
struct ConsumerLayout {
    let name: CheckpointName
    /// The checkpoint of this share.
    let own: CheckpointName
    /// The checkpoints of all shares.
    let all: Set<CheckpointName>

    /// - Throws: ``StoreError`` with code `invalidArgument` when the name or the share is not possible.
    init(_ name: CheckpointName, _ share: ConsumerShare) throws(StoreError) {
        guard !name.rawValue.utf8.contains(UInt8(ascii: "#")) else {
            throw StoreError(
                .invalidArgument,
                "\"\(name)\" cannot name a consumer: the character # separates the name from the share. Choose another."
            )
        }
        guard (1...1_024).contains(share.count), (0..<share.count).contains(share.index) else {
            throw StoreError(
                .invalidArgument,
                "Consumer \(name) asks for share \(share.index) of \(share.count); shares count from 0, and there are 1 to "
                    + "1,024."
            )
        }
        self.name = name
        var names: [CheckpointName] = []
        for index in 0..<share.count {
            let text = share.count == 1 ? name.rawValue : "\(name)#\(index)/\(share.count) by \(share.key)"
            guard let checkpoint = CheckpointName(rawValue: text) else {
                throw StoreError(
                    .invalidArgument,
                    "\"\(text.prefix(80))…\" is too long for a checkpoint. Shorten the name of the consumer or of its key."
                )
            }
            names.append(checkpoint)
        }
        own = names[share.index]
        all = Set(names)
    }

    /// The rows of this consumer among checkpoints whose names begin like its own, whatever the division.
    func rows(among checkpoints: [Checkpoint]) -> [Checkpoint] {
        checkpoints.filter { $0.name == name || $0.name.rawValue.utf8.starts(with: "\(name)#".utf8) }
    }

    /// Where the share begins, and what is to be written first.
    ///
    /// - Parameters:
    ///   - rows: The stored checkpoints of the consumer.
    ///   - start: Where a consumer begins that has none.
    func begin(_ rows: [Checkpoint], start: Position) -> (
        position: Position, set: [Checkpoint], remove: [CheckpointName]
    ) {
        if Set(rows.map(\.name)) == all, let row = rows.first(where: { $0.name == own }) {
            return (row.position, [], [])
        }
        let position = rows.map(\.position).min() ?? start
        return (
            position,
            all.sorted().map { Checkpoint($0, position) },
            rows.map(\.name).filter { !all.contains($0) }
        )
    }
}
