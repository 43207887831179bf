import Edda
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a run shows itself: live on a terminal, in plain lines elsewhere, not at all when a program reads along.
struct Screen: Sendable {
    /// Standard output is for one JSON object.
    let isQuiet: Bool
    private let isTerminal = isatty(STDOUT_FILENO) == 1

    /// The most sagas that are shown moving.
    private static let shown = 8

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    /// Says something that is not a result, on standard error.
    func note(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

    /// Says what is wrong, on standard error.
    func complain(_ text: String) { note("error: \(text)\n") }

    /// Prints the outcome.
    func show(_ report: Report, asJSON: Bool) {
        if asJSON { return write(report.json + "\n") }
        var text = "\n" + report.table
        if let example = report.example { text += "\nOne order that was undone:\n\n\(example)\n" }
        if let stuck = report.stuck {
            text += "\nParked until you decide, such as \(stuck.id): \(stuck.reason ?? "")\n"
        }
        text += "\nTry next, on the same data:\n"
        let id = report.example?.id.rawValue ?? "ID"
        let usual = [
            "sagas list --limit 5", "sagas show \(id)", "events read \(id)", "projections rebuild order-summary",
        ]
        let parked = report.stuck.map { stuck in
            [
                "sagas list --parked", "sagas show \(stuck.id)", "sagas retry \(stuck.id)",
                "sagas skip \(stuck.id) --reason 'given back by hand'",
            ]
        }
        for command in parked ?? usual {
            text += "  \(CommandLine.arguments[0]) \(command) --data \(report.folder)\n"
        }
        write(text)
    }

    /// Shows the sagas of `services` moving while `body` runs.
    ///
    /// - Throws: What `body` throws.
    func following(
        _ services: Services,
        orders: Int,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard isTerminal, !isQuiet else { return try await body() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await draw(services.orders, orders: orders) }
            defer {
                group.cancelAll()
                write("\u{1B}[J")
            }
            try await body()
        }
    }

    private func draw(_ runtime: EddaRuntime, orders: Int) async {
        let clock = ContinuousClock()
        let start = clock.now
        while !Task.isCancelled {
            let state = try? await runtime.store.read { transaction in
                (
                    counts: try transaction.sagaCounts(),
                    moving: try transaction.sagas(
                        SagaFilter(statuses: [.running, .compensating], limit: Self.shown)
                    )
                )
            }
            if let state {
                write(frame(state.counts, state.moving, orders: orders, elapsed: clock.now - start))
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// One picture, the cursor back at its beginning.
    private func frame(
        _ counts: [SagaRecord.Status: Int],
        _ moving: [SagaRecord],
        orders: Int,
        elapsed: Duration
    ) -> String {
        let done = counts[.completed, default: 0]
        let undone = counts[.compensated, default: 0]
        let parked = counts[.parked, default: 0]
        let share = orders > 0 ? min(1, Double(done + undone + parked) / Double(orders)) : 1
        let filled = Int(share * 30)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        var lines = [
            "\(bar) \(done + undone + parked)/\(orders)   done \(done)   undone \(undone)   parked \(parked)   "
                + "\(elapsed.components.seconds) s"
        ]
        for saga in moving {
            let sign = saga.status == .compensating ? "◀" : "▶"
            lines.append("  \(sign) \(saga.id)  \(saga.step?.rawValue ?? "")")
        }
        let picture = lines.map { "\($0)\u{1B}[K\n" }.joined()
        return "\(picture)\u{1B}[J\u{1B}[\(lines.count)A\r"
    }

    private func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
