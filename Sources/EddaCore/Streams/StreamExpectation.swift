/// What an append expects of a stream.
public enum StreamExpectation: Hashable, Sendable, CustomStringConvertible {
    /// Whatever state the stream is in; concurrent appends all succeed. An archived stream still refuses.
    case any
    /// The stream has no event.
    case missing
    /// The stream has at least one event.
    case exists
    /// The version of the stream's last event is exactly this one, so nobody has appended since it was read.
    /// Versions count from 1; `version(0)` means the same as ``missing``.
    case version(Int)

    /// The expectation in words.
    public var description: String {
        switch self {
        case .any: "any"
        case .missing: "missing"
        case .exists: "exists"
        case .version(let version): "version \(version)"
        }
    }

    /// Whether a stream in this state meets the expectation.
    public func holds(for state: StreamState) -> Bool {
        switch (self, state) {
        case (_, .archived): false
        case (.any, _): true
        case (.missing, .missing), (.version(0), .missing): true
        case (.exists, .version): true
        case (.version(let expected), .version(let actual)): expected == actual
        default: false
        }
    }
}

/// The state of a stream as a conditional append found it.
public enum StreamState: Hashable, Sendable, CustomStringConvertible {
    /// No event was ever appended to it.
    case missing
    /// The last event that was appended to it has this version, whether or not maintenance has deleted that event.
    case version(Int)
    /// It was archived after its last event and takes no more.
    case archived(version: Int)

    /// The version of the last event that was appended; 0 when there is none.
    public var version: Int {
        switch self {
        case .missing: 0
        case .version(let version), .archived(let version): version
        }
    }

    /// The state in words.
    public var description: String {
        switch self {
        case .missing: "missing"
        case .version(let version): "version \(version)"
        case .archived(let version): "archived at version \(version)"
        }
    }
}
