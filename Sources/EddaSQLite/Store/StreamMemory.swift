internal import EddaCore

/// The streams that a reading connection has met, by number.
///
/// A stream keeps its number for good once it is committed.
struct StreamMemory {
    private var streams: [Int64: StreamID] = [:]

    /// The most streams that are remembered; beyond it the memory starts anew.
    private static let limit = 16_384

    subscript(number: Int64) -> StreamID? { streams[number] }

    mutating func remember(_ stream: StreamID, as number: Int64) {
        if streams.count >= Self.limit { streams.removeAll(keepingCapacity: true) }
        streams[number] = stream
    }
}
