/// In which order events are read.
public enum ReadDirection: String, Hashable, Sendable, CaseIterable {
    /// Oldest first.
    case forward
    /// Newest first.
    case backward
}
