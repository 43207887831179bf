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
        let (head, outbox, sagas) = try await runtime.store.read { transaction in
            (try transaction.head(), try transaction.outboxCounts(), try transaction.sagaCounts())
        }
        return [Diagnostic("events", String(head.value))] + self.outbox(outbox) + self.sagas(sagas)
            + (try await projections(head: head))
    }

    private func outbox(_ counts: OutboxCounts) -> [Diagnostic] {
        [
            Diagnostic("outbox.ready", String(counts.ready)),
            Diagnostic(
                "outbox.held",
                String(counts.held),
                counts.held > 0 ? .note : .ok,
                advice: counts.held > 0 ? "They are tried again. `\(program) outbox list` shows why they failed." : nil
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

    private func sagas(_ counts: [SagaRecord.Status: Int]) -> [Diagnostic] {
        SagaRecord.Status.allCases.map { status in
            let count = counts[status] ?? 0
            let isProblem = status == .parked && count > 0
            return Diagnostic(
                "sagas.\(status.rawValue)",
                String(count),
                isProblem ? .problem : .ok,
                advice: isProblem
                    ? "They stand still until somebody decides. `\(program) sagas list --status parked` shows why."
                    : nil
            )
        }
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
            return Diagnostic(name, value, (status.lag ?? 0) > 0 ? .note : .ok)
        }
    }
}
#endif
