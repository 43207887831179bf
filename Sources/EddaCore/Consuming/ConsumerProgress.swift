/// How far a consumer has come, and what it does next with what it has read.
///
/// It does no I/O and asks no clock.
struct ConsumerProgress: Hashable {
    /// What is to be done.
    enum Step: Hashable {
        /// Have these events handled, then keep the position up to which nothing is left.
        case deliver([RecordedEvent], upTo: Position)
        /// Keep the position, although there was nothing to handle.
        case keep(Position)
        /// Read on.
        case read
        /// Wait until something is appended; for no longer than so long, when there is a position to be kept.
        case wait(Duration?)
    }

    /// Everything up to here has been handled or is of no concern.
    private(set) var position: Position
    /// What is stored.
    private(set) var stored: Position
    /// Since when less is stored than there could be.
    private var behindSince: Moment?

    /// By how many events the stored position may trail behind events that are of no concern, and for how long.
    ///
    /// Keeping it for each of them would cost every append of the application a second commit.
    static let idleLag: Int64 = 1_000
    static let idleTime = Duration.seconds(1)

    init(at position: Position) {
        self.position = position
        stored = position
    }

    /// Whether there is a position to be kept.
    var isBehind: Bool { stored < position }

    /// What is to be done with a page that was read after ``position``.
    ///
    /// - Parameters:
    ///   - page: The page.
    ///   - wanted: Those of its events that concern the consumer.
    ///   - isFull: Whether there may be more after it.
    ///   - now: The present moment.
    mutating func next(_ page: EventPage, wanted: [RecordedEvent], isFull: Bool, now: Moment) -> Step {
        guard wanted.isEmpty else { return .deliver(wanted, upTo: page.head) }
        position = max(position, page.head)
        guard isBehind else { return isFull ? .read : .wait(nil) }
        let since = behindSince ?? now
        behindSince = since
        let rest = Self.idleTime - now.elapsed(since: since)
        if position.value - stored.value >= Self.idleLag || rest <= .zero { return .keep(position) }
        return isFull ? .read : .wait(rest)
    }

    /// The position was stored, or somebody else has moved the checkpoint there.
    mutating func didKeep(_ position: Position) {
        self.position = position
        stored = position
        behindSince = nil
    }
}
