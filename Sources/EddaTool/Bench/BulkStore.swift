#if CLI
internal import Edda

/// A database of many events, written without Edda: what reading workloads start from.
struct BulkStore {
    /// In which order the events of streams are written.
    enum Layout {
        /// The events of a stream one after another, which is the best for its index and for reading it.
        case streamByStream
        /// One event for each of some thousand streams by turns, as many callers write them.
        case interleaved
        /// Batches of streams by turns: the first stream by stream, the next interleaved.
        case alternating
    }

    /// The path of the database.
    let path: String
    /// How many events each stream has.
    static let eventsPerStream = 10
    /// How many streams are written at a time; streams that are interleaved are those of one batch.
    static let streamsPerBatch = 5_000

    /// How many events are in it.
    private(set) var count = 0
    private let layout: Layout
    /// Whether each event has a tag, that of its stream, and the headers of a trace.
    private let isTagged: Bool
    /// Whether nine of ten events are of a type that nobody handles, and no JSON.
    private let isMixed: Bool
    /// Encoded items, used over and over: encoding is not what bulk is about.
    private let samples: [[UInt8]]

    /// A store that has nothing yet.
    ///
    /// - Parameter dataSize: To how many bytes the data of each event is filled up, where it has fewer.
    init(
        _ path: String,
        _ layout: Layout = .streamByStream,
        isTagged: Bool = false,
        isMixed: Bool = false,
        dataSize: Int = 0
    ) throws {
        self.path = path
        self.layout = layout
        self.isTagged = isTagged
        self.isMixed = isMixed
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
    static let trace = ["traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]
    private static let headers = Array(#"{"traceparent":"\#(trace["traceparent", default: ""])"}"#.utf8)

    /// Adds streams of ten events until there are `total` events, and waits until they are on the disk.
    ///
    /// Nobody else has the database open.
    mutating func grow(to total: Int) throws {
        try write(upTo: total)
        // What is written without syncs would else be written to the disk while something is measured.
        try DatabaseFile.sync(path)
    }

    /// Whether a stream's events stand among those of others.
    func isInterleaved(_ stream: Int) -> Bool {
        switch layout {
        case .streamByStream: false
        case .interleaved: true
        case .alternating: !(stream / Self.streamsPerBatch).isMultiple(of: 2)
        }
    }

    private mutating func write(upTo total: Int) throws {
        let log = try RawLog(path, synchronous: "OFF", keepsTriggers: true)
        let batch = Self.streamsPerBatch * Self.eventsPerStream
        var rows = RawRows()
        while count < total {
            let added = min(batch, total - count)
            let first = count / Self.eventsPerStream
            let streams = first..<(first + added / Self.eventsPerStream)
            let numbers = try log.prepare(
                streams: streams.map { "\(Basket.category)-\(Self.id($0))" },
                tags: isTagged ? streams.map(Self.tag) : []
            )
            rows.removeAll()
            if isInterleaved(first) {
                for version in 1...Self.eventsPerStream {
                    for stream in streams { add(stream, version, stream - first) }
                }
            } else {
                for stream in streams {
                    for version in 1...Self.eventsPerStream { add(stream, version, stream - first) }
                }
            }
            func add(_ stream: Int, _ version: Int, _ offset: Int) {
                let sample = samples[(stream * Self.eventsPerStream + version) % samples.count]
                let isItem = !isMixed || version == 1 + stream % Self.eventsPerStream
                rows.add(
                    stream: numbers.stream + Int64(offset),
                    version: Int64(version),
                    // Without its first byte, a brace, it is no JSON any more.
                    data: isItem ? sample : [UInt8(ascii: " ")] + sample.dropFirst(),
                    type: isItem ? RawLog.itemType : RawLog.otherType,
                    tag: isTagged ? numbers.tag + Int64(offset) : 0,
                    tags: isTagged ? Array(Self.tag(stream).utf8) : [],
                    headers: isTagged ? Self.headers : []
                )
            }
            try log.append(rows, 0..<rows.count)
            count += added
        }
        // As the store leaves it when it is closed.
        try log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}
#endif
