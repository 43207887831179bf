extension EventType {
    /// Whether the type belongs to Edda itself: its name begins with `edda.`.
    public var isReserved: Bool { rawValue.utf8.starts(with: "edda.".utf8) }
}
