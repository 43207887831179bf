/// The stored state of a stream's aggregate as of a version.
///
/// See ``SnapshotPolicy``.
public struct Snapshot: Hashable, Sendable {
    /// The stream.
    public var stream: StreamID
    /// The version of the last event that the state contains, from 1.
    public var version: Int
    /// A fingerprint of the type that the state encodes.
    public var shape: String
    /// The encoded state.
    public var state: [UInt8]

    /// Describes a snapshot.
    public init(stream: StreamID, version: Int, shape: String, state: [UInt8]) {
        self.stream = stream
        self.version = version
        self.shape = shape
        self.state = state
    }
}

extension Snapshot {
    /// Checks that a stream in this state has come as far as the snapshot.
    ///
    /// - Throws: ``StoreError`` with code `invalidArgument`.
    package func validate(for state: StreamState) throws(StoreError) {
        guard version > 0, version <= state.version else {
            throw StoreError(
                .invalidArgument,
                "A snapshot of stream \(stream) at version \(version) cannot be kept, for the stream is \(state). Take "
                    + "it from what was read in the same unit."
            )
        }
    }
}
