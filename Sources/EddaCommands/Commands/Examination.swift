#if CLI
internal import Edda

/// What can be said of any runtime, whatever its store.
struct Examination {
    private let runtime: EddaRuntime
    private let program: String
    private let isTool: Bool

    /// - Parameter program: The program that examines, for the commands it recommends.
    init<App: EddaApplication>(of runtime: EddaRuntime, program: App.Type) {
        self.runtime = runtime
        self.program = App.commandName
        isTool = App.isTool
    }

    func facts() async throws -> [Diagnostic] {
        let contents = try await runtime.store.read { try Contents($0) }
        return [
            Diagnostic("events", String(contents.head.value)),
            Diagnostic(
                "integrity",
                "not examined here",
                advice: "`\(program) verify` compares everything with everything."
            ),
        ] + outbox(contents) + inbox(contents.calls, program: program) + sagas(contents)
            + (try await projections(head: contents.head))
            + consumers(contents)
    }

    private struct Contents {
        let head: Position
        let outbox: OutboxCounts
        /// How long the first message of the outbox has been there.
        let outboxAge: Duration?
        let calls: OpenCalls
        let sagas: [SagaRecord.Status: Int]
        let overdue: Int
        /// How long the first timer of a saga has been due; `nil` when none is.
        let timerDelay: Duration?
        let checkpoints: [Checkpoint]
        let leases: [Lease]

        init(_ transaction: any ReadTransaction) throws {
            head = try transaction.head()
            outbox = try transaction.outboxCounts()
            let now = transaction.now.wall
            outboxAge = try transaction.outbox(after: 0, limit: 1).first.map { max(.zero, now.since($0.message.time)) }
            calls = try OpenCalls(transaction)
            sagas = try transaction.sagaCounts()
            overdue = try transaction.overdueSagas(at: now).values.reduce(0, +)
            let delay = try transaction.nextTimer(owner: SagaCoordinator.timerOwner).map {
                .zero - $0.remaining(from: transaction.now)
            }
            timerDelay = delay.flatMap { $0 > .zero ? $0 : nil }
            checkpoints = try transaction.checkpoints(beginningWith: "")
            leases = try transaction.leases()
        }
    }

    /// How far those are who keep a checkpoint here, and who may do what only one may do.
    private func consumers(_ contents: Contents) -> [Diagnostic] {
        let behind = contents.checkpoints.map { checkpoint in
            let lag = max(0, contents.head.value - checkpoint.position.value)
            return Diagnostic(
                "consumer.\(checkpoint.name)",
                "at position \(checkpoint.position), at most \(lag) events behind"
            )
        }
        return behind
            + contents.leases.map { lease in
                let holder = lease.holder.map { "held by \($0)" } ?? "free"
                return Diagnostic("lease.\(lease.name)", "\(holder), epoch \(lease.epoch)")
            }
    }

    private func outbox(_ contents: Contents) -> [Diagnostic] {
        let counts = contents.outbox
        return [
            Diagnostic("outbox.ready", String(counts.ready)),
            Diagnostic("outbox.oldest", contents.outboxAge.map { "\(Int64($0.inSeconds)) s" } ?? "none"),
            Diagnostic(
                "outbox.held",
                String(counts.held),
                counts.held > 0 ? .note : .ok,
                advice: counts.held > 0
                    ? "\(fate(of: counts)) `\(program) outbox list` shows why they failed."
                    : nil
            ),
            Diagnostic(
                "outbox.dead",
                String(counts.dead),
                counts.dead > 0 ? .problem : .ok,
                advice: counts.dead > 0
                    ? "Messages of the same keys wait behind them. `\(program) outbox list` shows why they failed."
                    : nil
            ),
        ]
    }

    /// What becomes of messages that are held.
    private func fate(of counts: OutboxCounts) -> String {
        counts.dead == 0
            ? "They are tried again, those of one key in turn."
            : "They are tried again, but for those behind a dead letter of their key: they stay until it is removed."
    }

    private func sagas(_ contents: Contents) -> [Diagnostic] {
        SagaRecord.Status.allCases.map { status in
            let count = contents.sagas[status] ?? 0
            let isProblem = status == .parked && count > 0
            return Diagnostic(
                "sagas.\(status.rawValue)",
                String(count),
                isProblem ? .problem : .ok,
                advice: isProblem
                    ? "They stand still until somebody decides. `\(program) sagas list --status parked` shows why."
                    : nil
            )
        } + [
            Diagnostic(
                "sagas.overdue",
                String(contents.overdue),
                contents.overdue > 0 ? .problem : .ok,
                advice: contents.overdue > 0
                    ? "They have not ended by their deadline. `\(program) sagas list --overdue` lists them." : nil
            ),
            timers(contents.timerDelay),
        ]
    }

    private func timers(_ delay: Duration?) -> Diagnostic {
        let isLate = (delay ?? .zero) > .seconds(60)
        return Diagnostic(
            "sagas.timers",
            delay.map { "due for \(Int64($0.inSeconds)) s" } ?? "none due",
            isLate ? .note : .ok,
            advice: isLate ? "Nobody minds them: is the program running that drives these sagas?" : nil
        )
    }

    private func projections(head: Position) async throws -> [Diagnostic] {
        try await runtime.projections.status().map { status in
            let name = "projection.\(status.name)"
            let behind = status.lag.map { ", \($0) events behind" } ?? ""
            let value = status.state.rawValue + behind
            if let failure = status.failure {
                return Diagnostic(
                    name,
                    value,
                    .problem,
                    advice: "\(failure) Correct the handler and start the new program; it tries again by itself."
                )
            }
            if status.keeper == .silent {
                return Diagnostic(
                    name,
                    "\(value), left alone",
                    .problem,
                    advice:
                        "The program that keeps it current was killed or hangs: it has not been heard of for half a "
                        + "minute. Start it again."
                )
            }
            if isTool {
                let behind = max(0, head.value - status.position.value)
                return Diagnostic(name, "\(value), at most \(behind) events behind")
            }
            if !status.isKnown {
                return Diagnostic(
                    name,
                    value,
                    .note,
                    advice: "This program does not define it, so nothing keeps it current."
                )
            }
            if status.state != .live {
                return Diagnostic(
                    name,
                    value,
                    .note,
                    advice: "`\(program) serve` builds it."
                )
            }
            if status.keeper == .nobody {
                return Diagnostic(name, value, .note, advice: "Nobody keeps it current; `\(program) serve` does.")
            }
            return Diagnostic(name, value, (status.lag ?? 0) > 0 ? .note : .ok)
        }
    }
}
#endif
