#if CLI
/// What is known of events that one process appends and another waits for, one after the other.
///
/// A value that is told what happens and says what is to be done.
struct Arrivals: Sendable {
    /// What happens.
    enum Message: Sendable {
        /// Something that the appending process said.
        case said(BenchChild.Report)
        /// An event was seen.
        case arrived(number: Int, at: Int64)
        /// The appending process says nothing any more.
        case hungUp
        /// Whoever waits for events cannot go on.
        case failed(String)
        /// It is time to end: with the next event, or, when it is over, without it.
        case timeIsUp, timeIsOver
    }

    /// What is to be done.
    enum Action: Hashable, Sendable {
        /// Nothing, until the next message.
        case wait
        /// The next event is to be appended.
        case append
        /// All have arrived, or as many as there was time for.
        case finish
        /// No more will come, for this reason.
        case fail(String)
    }

    /// How many are to arrive.
    let expected: Int
    /// How long after its append's return each was seen.
    private(set) var delays = Latencies()
    /// How long each append took.
    private(set) var appends = Latencies()

    private var seen: Int64?
    private var appended: (began: Int64, returned: Int64)?
    private var isTimeUp = false

    init(expected: Int) { self.expected = expected }

    mutating func take(_ message: Message) -> Action {
        switch message {
        case .said(.ready): return .append
        case .said(.failed(let reason)): return fail("the second process failed: \(reason)")
        case .failed(let reason): return fail(reason)
        case .hungUp: return fail("the second process ended before its time")
        case .timeIsOver: return fail("the next did not come in time")
        case .timeIsUp:
            isTimeUp = true
            return .wait
        case .said(.appended(let began, let returned)):
            appended = (began, returned)
        case .arrived(let number, let nanoseconds):
            guard number == delays.count else { return fail("number \(number) came instead of the next") }
            seen = nanoseconds
        }
        guard let seen, let appended else { return .wait }
        // The commit is visible before the append returns, so the event may even be seen a little earlier.
        delays.add(.nanoseconds(max(0, seen - appended.returned)))
        appends.add(.nanoseconds(appended.returned - appended.began))
        (self.seen, self.appended) = (nil, nil)
        return delays.count == expected || isTimeUp ? .finish : .append
    }

    private func fail(_ reason: String) -> Action { .fail("\(delays.count) of \(expected) events arrived; \(reason)") }
}
#endif
