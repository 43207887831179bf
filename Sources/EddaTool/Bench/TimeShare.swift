#if CLI
/// The time that a workload may take, and how much of it has gone.
///
/// It is task-local, so that a measurement keeps to it wherever in a workload it is made.
struct TimeShare: Sendable {
    /// The share of the running workload.
    @TaskLocal static var current = TimeShare()

    /// All of it; `nil` when there is no end.
    let limit: Duration?
    private let elapsed: @Sendable () -> Duration

    /// A share that begins now.
    init(_ limit: Duration? = nil) {
        let begin = ContinuousClock.now
        self.init(limit) { begin.duration(to: .now) }
    }

    /// A share whose time passes as `elapsed` says.
    init(_ limit: Duration?, elapsed: @escaping @Sendable () -> Duration) {
        self.limit = limit
        self.elapsed = elapsed
    }

    /// How much has gone.
    var spent: Duration { elapsed() }

    /// How much is left, nothing at the least; `nil` when there is no end.
    var left: Duration? { limit.map { max(.zero, $0 - spent) } }

    /// Whether nothing is left.
    var isOver: Bool { left == .zero }

    /// Parts of what is left of a run, by what each workload usually takes: a workload that needs less leaves more to
    /// those after it.
    ///
    /// - Parameter usual: What the next workload and those after it usually take.
    static func next(of left: Duration, usual: [Duration]) -> Duration {
        guard let first = usual.first else { return .zero }
        let all = usual.reduce(.zero, +)
        return all > .zero ? max(.zero, left * (first / all)) : .zero
    }
}
#endif
