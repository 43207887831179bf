import Foundation
import OrderAudit
import Testing

@testable import OrderFulfilment

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct TortureTests {
    private struct Outcome: Decodable {
        struct Check: Decodable {
            let guarantee: String
            let count: Int
        }

        let kills: Int
        let stops: Int
        let orders: Int
        let completed: Int
        let compensated: Int
        let parked: Int
        let checks: [Check]
        let problems: [String]
    }

    /// Twenty seconds; `Tests/torture.sh` takes longer.
    // acceptance: 26, 33, 34, 35, 36, 39, 48, 53, 58, 59; guarantees: G3, G5, G7, G8, G9, G10, G11, G12
    @Test(.timeLimit(.minutes(10))) func nothingIsLostWhateverHappensToTheProcesses() async throws {
        let seed = UInt64.random(in: 1...1_000_000)
        let ending = try await Program.run(["torture", "--minutes", "0.34", "--seed", "\(seed)", "--json"])
        let outcome = try JSONDecoder().decode(Outcome.self, from: Data(ending.output.utf8))
        print("seed \(seed): \(outcome.kills) kills, \(outcome.stops) stops, \(outcome.orders) orders")
        #expect(outcome.problems.isEmpty, "seed \(seed): \(outcome.problems)")
        #expect(ending.status == 0)
        #expect(outcome.kills > 0)
        #expect(outcome.orders > 0)
        #expect(outcome.completed + outcome.compensated + outcome.parked == outcome.orders)
        #expect(Set(outcome.checks.map(\.guarantee)).isSuperset(of: ["G3", "G7", "G8", "G9", "G10", "G11", "G12"]))
    }

    // acceptance: 59
    @Test(.timeLimit(.minutes(5))) func aRunThatIsAskedToLeaveFinishesWhatItHolds() async throws {
        let folder = try Folder()
        let child = try ChildProcess(
            Program.path,
            ["run", "--count", "100000", "--data", folder.path, "--json"],
            output: "/dev/null",
            errors: folder.file("errors")
        )
        let orders = folder.file("orders.db")
        // What is waited for is that it is at work: that its log has grown.
        func head() -> Int64 { (try? DatabaseFile(orders).integer("SELECT head FROM edda_log")) ?? 0 }
        while head() < 200, child.ending == nil { try await Task.sleep(for: .milliseconds(5)) }
        child.signal(SIGTERM)
        let ending = try await child.ending(within: Torture.terminationLimit)
        #expect(ending == .exited(143))
        let errors = try String(contentsOfFile: folder.file("errors"), encoding: .utf8)
        #expect(errors.contains("Ended by SIGTERM"))
    }

    @Test func aFolderWithDatabasesIsRefused() async throws {
        let folder = try Folder()
        #expect(try await Program.run(["run", "--count", "1", "--data", folder.path, "--json"]).status == 0)
        let ending = try await Program.run(["torture", "--minutes", "0.01", "--data", folder.path])
        #expect(ending.status == 65)
        #expect(ending.errors.contains("a folder of its own"))
    }

    @Test func whatTheFilesDoNotConfirmIsAProblem() {
        var counts = TortureLog.Counts()
        counts.reasons = ["decision 7-1", "decision 7-2"]
        var audit = AuditReport()
        audit.orders = 3
        audit.reasons = ["decision 7-1": 1]
        let report = TortureReport(
            seed: 7,
            duration: .seconds(90),
            folder: "/data",
            counts: counts,
            audit: audit,
            last: #"{"orders":2,"completed":0,"compensated":0}"#
        )
        #expect(report.problems.count == 2)
        #expect(report.problems.first?.contains("decision 7-2") == true)
        #expect(report.problems.last?.contains("The last run counts 2 orders") == true)
        #expect(report.table.contains("The files are kept in /data"))
        #expect(report.table.contains("order-fulfilment torture --minutes 1.5 --seed 7"))
    }

    /// The same seed gives the same fates.
    @Test func fatesFollowFromTheSeed() {
        var (one, same, other) = (TortureFates(seed: 5), TortureFates(seed: 5), TortureFates(seed: 6))
        let fates = (1...200).map { _ in "\(one.next())" }
        #expect(fates == (1...200).map { _ in "\(same.next())" })
        #expect(fates != (1...200).map { _ in "\(other.next())" })
        for part in ["0.9", "--delay-ms", "--duplicate-rate", "terminate", "killStopped", "isObserved: true"] {
            #expect(fates.contains { $0.contains(part) }, "\(part)")
        }
    }
}
