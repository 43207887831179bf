#if CLI
internal import Edda

/// Rows of events for the writing limit, encoded beforehand.
///
/// Numbers in one piece of memory and bytes in another, so that going over them counts no references and frees nothing.
struct RawRows {
    /// One event's row.
    struct Row {
        var stream: Int64
        var version: Int64
        /// The number of the event's type.
        var type: Int64
        /// The number of the event's tag; no tag for 0.
        var tag: Int64
        /// Where its bytes begin: the id, the data, the names of tags, the headers.
        var start: Int
        var dataCount: Int
        var tagsCount: Int
        var headersCount: Int
    }

    /// The bytes of an event's id.
    static let idCount = 16

    private(set) var rows: [Row] = []
    private(set) var bytes: [UInt8] = []

    /// How many rows there are.
    var count: Int { rows.count }

    /// Forgets the rows and keeps the memory.
    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Adds a row under a new id.
    mutating func add(
        stream: Int64,
        version: Int64,
        data: [UInt8],
        type: Int64 = RawLog.itemType,
        tag: Int64 = 0,
        tags: [UInt8] = [],
        headers: [UInt8] = []
    ) {
        let id = EventID.generate().bytes
        precondition(id.count == Self.idCount)
        rows.append(
            Row(
                stream: stream,
                version: version,
                type: type,
                tag: tag,
                start: bytes.count,
                dataCount: data.count,
                tagsCount: tags.count,
                headersCount: headers.count
            )
        )
        bytes += id
        bytes += data
        bytes += tags
        bytes += headers
    }
}

/// The writing limit of a workload: rows made beforehand, so many a transaction.
final class RawWriter {
    private let log: RawLog
    private let batch: Int
    private let schema = SchemaRegistry()
    /// The version of each stream; rows go to each in turn.
    private var versions: [Int64]
    private var rows = RawRows()
    /// How many of the rows have been written.
    private var written = 0

    init(_ bench: Bench, _ name: String, streams: Int, batch: Int) throws {
        log = try RawLog(bench.file(name), synchronous: bench.synchronous)
        try log.prepare(streams: (0..<streams).map { "\(Basket.category)-c\($0)" })
        self.batch = batch
        versions = Array(repeating: 0, count: streams)
    }

    /// Encodes the rows of the next ``append(_:)``, and lets go of those that are written.
    func prepare(_ count: Int) throws {
        rows.removeAll()
        written = 0
        for number in 0..<count {
            let stream = number % versions.count
            versions[stream] += 1
            rows.add(
                stream: Int64(stream + 1),
                version: versions[stream],
                data: try schema.encode(ItemAdded(number))
            )
        }
    }

    func append(_ count: Int) throws {
        let end = min(written + count, rows.count)
        while written < end {
            let next = min(written + batch, end)
            try log.append(rows, written..<next)
            written = next
        }
    }
}
#endif
