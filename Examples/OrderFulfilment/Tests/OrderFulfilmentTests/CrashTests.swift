import Foundation
import Testing

@testable import OrderFulfilment

@Suite struct CrashTests {
    // acceptance: 26, 33, 34, 35, 39; guarantees: G7, G8, G10, G11, G12
    @Test(.timeLimit(.minutes(5)))
    func killedTwentyTimesItEndsBalanced() async throws {
        let folder = try Folder()
        let seed = UInt64.random(in: 1...1_000_000)
        print("seed \(seed)")
        let arguments = [
            "run", "--count", "300", "--seed", "\(seed)", "--decline-rate", "0.2", "--data", folder.file("data"),
            "--json",
        ]
        var generator = SystemRandomNumberGenerator()
        var kills = 0
        for _ in 0..<20 {
            // The span grows, so that early runs die while they open their databases and later ones amid their orders.
            let limit = Duration.milliseconds(Int.random(in: 5...(60 + kills * 12), using: &generator))
            let ending = try await Program.run(arguments, killedAfter: limit)
            if ending.wasKilled { kills += 1 } else { break }
        }
        let ending = try await Program.run(arguments)
        let summary = try Summary(ending)
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(summary.balanced, "\(summary.problems)")
        #expect(summary.orders == 300)
        #expect(summary.completed + summary.compensated == 300)
        #expect(kills == 20, "only \(kills) of 20 runs were killed before they had finished")
    }

    @Test func runTwiceItOrdersOnce() async throws {
        let folder = try Folder()
        let arguments = ["run", "--count", "60", "--decline-rate", "0.3", "--data", folder.file("data"), "--json"]
        let first = try await Program.run(arguments)
        let second = try await Program.run(arguments)
        #expect(first.status == 0 && second.status == 0)
        #expect(try Summary(first) == Summary(second))
        #expect(try Summary(first).orders == 60)
    }

    @Test func aSecondRunInTheSameFolderIsRefusedByName() async throws {
        let folder = try Folder()
        try DataFolder(folder.path).claim()
        let ending = try await Program.run(["run", "--count", "1", "--data", folder.path, "--json"])
        #expect(ending.status == 65)
        #expect(ending.errors.contains(folder.path))
        #expect(ending.output.isEmpty)
    }
}
