import EddaCore
import EddaSQLite
import EddaTesting
import Foundation
import Testing

/// A process that plays the recorded workload is killed at a call, and the file is compared with what it had told its
/// callers.
@Suite struct KillTests {
    // acceptance: 57; guarantees: G1, G2, G3, G12
    @Test(.timeLimit(.minutes(600)))
    func aKilledProcessHasToldTheTruth() async throws {
        let sweep = FaultSweep.fromEnvironment()
        let (points, problems) = try await FaultPoint.record(.full, seed: sweep.seed)
        #expect(problems.isEmpty)
        let calls = Set(points.filter(\.isOnCommitPath).map(\.number)).sorted()
        var random = SeededGenerator(seed: sweep.seed)
        let kills = calls.flatMap { [(call: $0, after: false), (call: $0, after: true)] }.shuffled(using: &random)
        let deadline = sweep.limit.map { ContinuousClock.now + $0 / 4 }
        var tried = 0
        var (failed, missed) = (0, 0)
        for kill in sweep.isWhole ? kills[...] : kills.prefix(12) {
            if let deadline, ContinuousClock.now > deadline { break }
            tried += 1
            let (found, isReached) = try await Self.problems(killingAt: kill.call, after: kill.after)
            if !isReached { missed += 1 }
            if !found.isEmpty {
                failed += 1
                Issue.record("killed \(kill.after ? "after" : "before") call \(kill.call): \(found)")
            }
        }
        print("kills: \(tried) of \(kills.count) tried, \(missed) not reached, seed \(sweep.seed), \(failed) failed")
        // The calls of two runs are not the same to the last: a checkpoint may come a group later.
        #expect(missed * 10 <= tried, "kills that never happened prove nothing")
    }

    private static func problems(killingAt call: Int, after: Bool) async throws -> (problems: [String], isReached: Bool)
    {
        let folder = try TemporaryFolder.inMemory()
        let path = folder.file()
        let log = folder.file("ledger")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let miss = folder.file("miss")
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [
                path = path as String, log = log as String, miss = miss as String, call = call as Int,
                after = after as Bool
            ]
            in
            let vfs = FaultVFS()
            let mode = FaultMode.kill(after: after)
            vfs.arm(call, mode)
            let ledger = FaultLedger(file: try FileHandle(forWritingTo: URL(filePath: log)))
            await FaultRun(path: path, vfs: vfs, ledger: ledger, durability: .full, mode: mode).play(dying: true)
            _ = FileManager.default.createFile(atPath: miss, contents: nil)
            raise(SIGKILL)
        }
        let problems = try await FaultCheck(path: path, ledger: FaultLedger(contentsOf: log)).problems()
        return (problems, !FileManager.default.fileExists(atPath: miss))
    }
}
