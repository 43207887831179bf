#if CLI
import EddaTesting
import Edda
import EddaCommands
import Testing

/// Commands that move sagas on, beside a service with an inline view of how they end.
@Suite struct InlineViewTests {
    struct LoanEnded: Event {
        static let eventType: EventType = "loan.ended"
        var by: String
    }

    struct Loan: Saga {
        static let name: SagaName = "loan"
        static let version = 1
        struct Approval: Codable, Sendable { var by: String }
        struct State: Codable, Sendable { var by: String? }

        static var plan: some Plan<State> {
            awaitSignal("approval", Approval.self) { $0.by = $1.by }
        }

        static func ended(_ ending: SagaEnding<State>, in transaction: any WriteTransaction) throws {
            try transaction.append(
                [LoanEnded(by: ending.state.by ?? "")],
                to: StreamID(category: "loan", id: ending.id.rawValue),
                metadata: ending.metadata,
                schema: ending.schema
            )
        }
    }

    struct Bank: EddaApplication {
        static let table = Table("loans", "id TEXT PRIMARY KEY, approved_by TEXT NOT NULL")

        static func runtime(on store: any Store) throws -> EddaRuntime {
            try EddaRuntime(store: store) {
                Loan.self
                Projection("loans", version: 1, mode: .inline, tables: table) {
                    On(LoanEnded.self) { event, context in
                        try context.execute("INSERT INTO \(table) VALUES (\(context.key), \(event.by))")
                    }
                }
            }
        }

        static func make(_ setup: Setup) async throws -> EddaRuntime {
            try runtime(on: try await SQLiteStore(path: setup.database))
        }
    }

    // guarantees: G1
    @Test func whatACommandBringsAboutIsInTheInlineViewWhenItReturns() async throws {
        let folder = try TemporaryFolder()
        let database = folder.file("bank.db")
        let first = try await SQLiteStore(path: database)
        try await Bank.runtime(on: first).prepare()
        await first.close()
        for command in [
            ["sagas", "start", "loan", "--id", "l-1", "--state", "{}"],
            ["sagas", "signal", "l-1", "approval", #"{"by":"ada"}"#],
        ] {
            let outcome = await Outcome.of(Bank.self, command + ["--database", database])
            #expect(outcome.status == 0, "\(outcome.notes)")
        }
        let second = try await SQLiteStore(path: database)
        let rows = try await second.read { try $0.rows("SELECT id, approved_by FROM loans").map(\.values) }
        #expect(rows == [[.text("l-1"), .text("ada")]])
        await second.close()
    }
}
#endif
