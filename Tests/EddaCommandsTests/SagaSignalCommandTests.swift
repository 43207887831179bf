#if CLI
import EddaTesting
import Edda
import Foundation
import Testing

@testable import EddaCommands

/// `sagas signal`.
@Suite struct SagaSignalCommandTests {
    struct Loan: Saga {
        static let name: SagaName = "loan"
        static let version = 1
        struct Approval: Codable, Sendable { var by: String }
        struct State: Codable, Sendable { var by: String? }

        static var plan: some Plan<State> {
            awaitSignal("approval", Approval.self) { $0.by = $1.by }
            awaitSignal("second", Approval.self) { $0.by = $1.by }
        }
    }

    struct Bank: EddaApplication {
        static let abstract = "Lends."

        static func make(_ setup: Setup) async throws -> EddaRuntime {
            let store = try await SQLiteStore(path: setup.database)
            return try EddaRuntime(store: store, logger: setup.logger) { Loan.self }
        }
    }

    /// The same program, later, with another step.
    struct Later: EddaApplication {
        struct Changed: Saga {
            static let name = Loan.name
            static let version = 2
            typealias State = Loan.State

            static var plan: some Plan<State> {
                awaitSignal("approval", Loan.Approval.self) { $0.by = $1.by }
            }
        }

        static func make(_ setup: Setup) async throws -> EddaRuntime {
            let store = try await SQLiteStore(path: setup.database)
            return try EddaRuntime(store: store, logger: setup.logger) { Changed.self }
        }
    }

    // acceptance: 54
    @Test func aChangedProgramTellsWhatItWouldPark() async throws {
        let folder = try TemporaryFolder()
        let database = folder.file("bank.db")
        for id in ["l-1", "l-2"] {
            let arguments = ["sagas", "start", "loan", "--id", id, "--state", "{}", "--database", database]
            #expect(await Outcome.of(Bank.self, arguments).status == 0)
        }
        let same = await Outcome.of(Bank.self, ["sagas", "check", "--database", database])
        #expect(same.status == 0 && same.output.hasSuffix("under way: 2.\n"), "\(same.output)\(same.notes)")
        let changed = await Outcome.of(Later.self, ["sagas", "check", "--database", database])
        #expect(changed.status == 1 && changed.notes.contains("2 of the 2 sagas under way would park"))
        #expect(changed.output.contains("l-1") && changed.output.contains("The plan of loan has changed"))
        let json = await Outcome.of(Later.self, ["sagas", "check", "--json", "--database", database])
        #expect(json.output.contains(#""count":2"#) && json.output.contains(#""planVersion":1"#), "\(json.output)")
        #expect(
            await Outcome.of(Bank.self, ["sagas", "list", "--parked", "--database", database]).output.contains("l-1")
                == false
        )
    }

    @Test func aSignalIsGivenOnTheCommandLine() async throws {
        let folder = try TemporaryFolder()
        let database = folder.file("bank.db")
        func run(_ arguments: String...) async -> Outcome {
            await Outcome.of(Bank.self, arguments + ["--database", database])
        }
        _ = await run("sagas", "start", "loan", "--id", "l-1", "--state", "{}")
        let early = await run("sagas", "signal", "l-1", "second", #"{"by":"bob"}"#, "--key", "k")
        #expect(early.status == 0 && early.output == "Step second is not reached yet; the signal is kept for it.\n")
        let again = await run("sagas", "signal", "l-1", "second", #"{"by":"bob"}"#, "--key", "k", "--json")
        #expect(again.output.contains(#""duplicate""#), "\(again.output)")
        let wrong = await run("sagas", "signal", "l-1", "approval", #"{"from":"ada"}"#)
        #expect(wrong.status == 1 && wrong.notes.contains("the key \"by\" is missing"), "\(wrong.notes)")
        let nowhere = await run("sagas", "signal", "l-1", "third", "{}")
        #expect(nowhere.status == 1 && nowhere.notes.contains("those that do: approval, second"), "\(nowhere.notes)")
        let file = folder.file("signal.json")
        try Data(#"{"by":"ada"}"#.utf8).write(to: URL(filePath: file))
        let taken = await run("sagas", "signal", "l-1", "approval", "@\(file)")
        #expect(taken.output == "Step approval has the signal it waited for.\n", "\(taken.notes)")
        let late = await run("sagas", "signal", "l-1", "approval", "@\(file)")
        #expect(late.output == "Nothing was changed: step approval needs no signal any more.\n")
        let lost = await run("sagas", "signal", "l-2", "approval", "{}")
        #expect(lost.status == 1 && lost.notes.contains("There is no saga l-2"))
        let shown = await run("sagas", "show", "l-1")
        #expect(shown.output.contains("signal.kept") && shown.output.contains("completed"), "\(shown.output)")
    }
}
#endif
