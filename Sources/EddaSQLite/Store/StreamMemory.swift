internal import EddaCore

/// The streams that a reading connection has met, by number.
///
/// A stream keeps its number for good once it is committed.
struct StreamMemory {
    private var streams: [Int64: StreamID] = [:]
    /// The one asked for last: events of a stream often stand together.
    private var last: (number: Int64, stream: StreamID)?

    /// The most streams that are remembered; beyond it the memory starts anew.
    private static let limit = 16_384

    mutating func stream(_ number: Int64, or find: () throws -> StreamID) rethrows -> StreamID {
        if let last, last.number == number { return last.stream }
        let stream: StreamID
        if let known = streams[number] {
            stream = known
        } else {
            stream = try find()
            if streams.count >= Self.limit { streams.removeAll(keepingCapacity: true) }
            streams[number] = stream
        }
        last = (number, stream)
        return stream
    }
}
