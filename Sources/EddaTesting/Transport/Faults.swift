extension FaultyTransport {
    /// What goes wrong, and how often.
    public struct Faults: Hashable, Sendable {
        /// The share of messages that are reported as sent and never arrive, from 0 to 1.
        public var dropRate: Double
        /// The share of messages that are sent twice, from 0 to 1.
        public var duplicateRate: Double
        /// The share of messages that are overtaken by the one after them, from 0 to 1.
        public var reorderRate: Double
        /// How long each message takes, drawn evenly; `nil` means no time at all.
        public var delay: ClosedRange<Duration>?

        /// Faults; none by default.
        public init(
            dropRate: Double = 0,
            duplicateRate: Double = 0,
            reorderRate: Double = 0,
            delay: ClosedRange<Duration>? = nil
        ) {
            self.dropRate = dropRate
            self.duplicateRate = duplicateRate
            self.reorderRate = reorderRate
            self.delay = delay
        }
    }

    /// How often something went wrong.
    public struct Counts: Hashable, Sendable {
        /// Messages that were reported as sent and thrown away.
        public var dropped = 0
        /// Messages that were sent twice.
        public var duplicated = 0
        /// Messages that were held up; a duplicate counts by itself.
        public var delayed = 0
        /// Messages that were kept back to be overtaken.
        public var reordered = 0
        /// Messages that were reported as sent and could not be handed over later.
        public var lost = 0

        /// Nothing went wrong.
        public init() {}
    }
}
