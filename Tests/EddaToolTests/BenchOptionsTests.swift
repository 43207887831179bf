#if CLI
import ArgumentParser
import Testing

@testable import EddaTool

@Suite struct BenchOptionsTests {
    @Test(arguments: [
        [], ["append-1"], ["append-1", "--operations", "100"], ["append-256", "--operations", "2048"],
        ["saga", "--steps", "8", "--compensated", "50"], ["saga-paced", "append-1", "--steps", "1"],
        ["--durability", "normal"], ["--operations", "20000", "--json"], ["--steps", "2"], ["scan", "--seconds", "10"],
    ])
    func good(_ arguments: [String]) throws {
        _ = try BenchCommand.parse(arguments)
    }

    @Test(arguments: [
        (["append-2"], "\"append-2\" is no workload; there are append-1,"),
        (["append-1", "--operations", "99"], "append-1 takes 100 to 1000000. Pass such a number"),
        (["append-1", "--operations", "100000000"], "append-1 takes 100 to"),
        (["append-64", "--operations", "100"], "append-64 takes 512 to"),
        (["append-batch", "--operations", "100"], "append-batch takes 800 to"),
        (["scan", "--operations", "500001"], "scan takes 100 to 500000"),
        (["append-1", "two-processes", "--operations", "20001"], "two-processes takes 100 to 20000"),
        (["saga-timers", "--operations", "100001"], "saga-timers takes 100 to 100000"),
        (["saga", "--operations", "2047"], "saga takes 2048 to 100000"),
        (["growth", "--operations", "255"], "growth takes 256 to"),
        (["--operations", "100"], "append-64 takes 512 to"),
        (["append-1", "--steps", "8"], "--steps means nothing to append-1. Leave it out, or name"),
        (["saga-paced", "--compensated", "10"], "--compensated means nothing to saga-paced."),
        (["saga", "--steps", "3"], "there are sagas of 1, 2, 4, 8 steps"),
        (["saga", "--compensated", "101"], "a percentage, from 0 to 100"),
        (["saga", "--compensated", "nan"], "a percentage, from 0 to 100"),
        (["--durability", "most"], "\"most\" is no durability; there are full and normal."),
        (["--seconds", "0"], "--seconds is 0"),
    ])
    func bad(_ arguments: [String], _ message: String) throws {
        let error = try #require(throws: (any Error).self) { try BenchCommand.parse(arguments) }
        #expect(BenchCommand.message(for: error).contains(message))
        #expect(BenchCommand.exitCode(for: error) == .validationFailure)
    }

    @Test func workloadsRunInTheirOrderAndOnce() throws {
        let names = try Bench.entries(named: ["growth", "append-1", "append-1"]).map(\.name)
        #expect(names == ["append-1", "growth"])
        #expect(Bench.workloads.last?.name == "growth")
        #expect(Set(Bench.workloads.map(\.name)).count == Bench.workloads.count)
    }

    @Test func usualNumbersAreAllowedAndNeedRoom() throws {
        for entry in Bench.workloads {
            #expect(entry.bytes(operations: nil) > 0, "\(entry.name)")
            if entry.disk.usual > 0 { #expect(entry.operations.contains(entry.disk.usual), "\(entry.name)") }
        }
        let usual = Bench.workloads.reduce(0) { $0 + $1.seconds }
        #expect((100...260).contains(usual), "a run on the reference machine has time to spare")
    }
}
#endif
