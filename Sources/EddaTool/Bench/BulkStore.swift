#if CLI
internal import Edda

/// A database of many events, written without Edda and without syncs: what reading workloads start from.
struct BulkStore {
    /// The path of the database.
    let path: String
    /// How many events each stream has.
    static let eventsPerStream = 10

    /// How many events are in it.
    private(set) var count = 0
    /// Whether each event has a tag, that of its stream, and the headers of a trace.
    private let isTagged: Bool
    /// Encoded items, used over and over: encoding is not what bulk is about.
    private let samples: [[UInt8]]

    /// A store that has nothing yet.
    ///
    /// - Parameter dataSize: To how many bytes the data of each event is filled up, where it has fewer.
    init(_ path: String, isTagged: Bool = false, dataSize: Int = 0) throws {
        self.path = path
        self.isTagged = isTagged
        let schema = SchemaRegistry()
        samples = try (0..<1_000)
            .map { number in
                var item = ItemAdded(number)
                let data = try schema.encode(item)
                guard data.count < dataSize else { return data }
                item.name += String(repeating: ".", count: dataSize - data.count)
                return try schema.encode(item)
            }
    }

    /// The id of a stream, from 0.
    static func id(_ stream: Int) -> String { "s\(stream)" }

    /// The tag of a stream's events.
    static func tag(_ stream: Int) -> String { "basket:s\(stream)" }

    /// The headers of a trace (w3.org/TR/trace-context).
    private static let headers = Array(
        #"{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}"#.utf8
    )

    /// Adds streams of ten events until there are `total` events.
    mutating func grow(to total: Int) throws {
        let log = try RawLog(path, synchronous: "OFF", keepsTriggers: true)
        let batch = 50_000
        while count < total {
            let added = min(batch, total - count)
            let first = count / Self.eventsPerStream
            let streams = first..<(first + added / Self.eventsPerStream)
            let numbers = try log.prepare(
                streams: streams.map { "\(Basket.category)-\(Self.id($0))" },
                tags: isTagged ? streams.map(Self.tag) : []
            )
            var rows: [RawLog.Row] = []
            rows.reserveCapacity(added)
            for stream in streams {
                for version in 1...Self.eventsPerStream {
                    rows.append(
                        RawLog.Row(
                            stream: numbers.stream + Int64(stream - first),
                            version: Int64(version),
                            id: EventID.generate().bytes,
                            data: samples[(stream * Self.eventsPerStream + version) % samples.count],
                            tag: isTagged ? numbers.tag + Int64(stream - first) : 0,
                            tags: isTagged ? Array(Self.tag(stream).utf8) : [],
                            headers: isTagged ? Self.headers : []
                        )
                    )
                }
            }
            try log.append(rows[...])
            count += added
        }
        // As the store leaves it when it is closed.
        try log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}
#endif
