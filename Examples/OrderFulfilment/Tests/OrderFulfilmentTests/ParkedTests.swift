import Foundation
import Testing

/// Payments that cannot be given back park the sagas of undone orders, and operators decide about them.
@Suite struct ParkedTests {
    private static let misfortune = ["run", "--count", "20", "--capture-decline-rate", "0.3", "--json"]

    private struct Saga: Decodable {
        let id: String
        let step: String?
        let parkedSince: String?
    }

    private func parked(_ data: String) async throws -> [Saga] {
        let listed = try await Program.run(["sagas", "list", "--parked", "--json", "--data", data])
        guard listed.status == 0 else { return [] }
        return try JSONDecoder().decode([Saga].self, from: Data(listed.output.utf8))
    }

    // acceptance: 48; guarantees: G10
    @Test func retriedSagasEndWhenTheBankIsBack() async throws {
        let folder = try Folder()
        let data = folder.file("data")
        let ran = try await Program.run(Self.misfortune + ["--void-failure-rate", "1", "--data", data])
        #expect(ran.status == 1)
        let sagas = try await parked(data)
        #expect(try Summary(ran).parked == sagas.count)
        #expect(sagas.count >= 2)
        #expect(sagas.allSatisfy { $0.step == "authorize-payment" && $0.parkedSince != nil })
        for saga in sagas {
            let retried = try await Program.run([
                "sagas", "retry", saga.id, "--by", "ada", "--reason", "the bank is back", "--data", data,
            ])
            #expect(retried.status == 0, "\(retried.errors)")
        }
        let again = try await Program.run(Self.misfortune + ["--data", data])
        let summary = try Summary(again)
        #expect(again.status == 0, "\(summary.problems)")
        #expect(summary.parked == 0)
        #expect(summary.compensated >= sagas.count)
        let shown = try await Program.run(["sagas", "show", sagas[0].id, "--data", data])
        #expect(shown.output.contains("retry by ada: the bank is back"))
    }

    /// The owner of the sagas runs; the decisions come from processes of their own.
    // acceptance: 48
    @Test(.timeLimit(.minutes(5))) func operatorsDecideWhileTheServicesRun() async throws {
        let folder = try Folder()
        let data = folder.file("data")
        async let running = Program.run(
            Self.misfortune + ["--void-failure-rate", "1", "--wait-for-operator", "--data", data]
        )
        let skipping = Task {
            var skipped: Set<String> = []
            while !Task.isCancelled {
                for saga in try await parked(data) where skipped.insert(saga.id).inserted {
                    let ending = try await Program.run([
                        "sagas", "skip", saga.id, "--by", "ada", "--reason", "given back by hand", "--data", data,
                    ])
                    #expect(ending.status == 0, "\(ending.errors)")
                }
            }
            return skipped
        }
        let ran = try await running
        skipping.cancel()
        let skipped = try await skipping.value
        let summary = try Summary(ran)
        #expect(summary.parked == 0)
        #expect(summary.completed + summary.compensated == 20)
        #expect(summary.compensated >= skipped.count)
        // The money is still held in the books, which is what the reason is for.
        #expect(summary.problems == ["\(skipped.count) authorizations are left over"])
    }
}
