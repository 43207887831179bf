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
        var failed = 0
        for kill in sweep.isWhole ? kills[...] : kills.prefix(12) {
            if let deadline, ContinuousClock.now > deadline { break }
            tried += 1
            let found = try await Self.problems(killingAt: kill.call, after: kill.after)
            if !found.isEmpty {
                failed += 1
                Issue.record("killed \(kill.after ? "after" : "before") call \(kill.call): \(found)")
            }
        }
        print("kills: \(tried) of \(kills.count) tried, seed \(sweep.seed), \(failed) failed")
    }

    private static func problems(killingAt call: Int, after: Bool) async throws -> [String] {
        let folder = try TemporaryFolder.inMemory()
        let path = folder.file()
        let log = folder.file("ledger")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, log = log as String, call = call as Int, after = after as Bool] in
            let vfs = FaultVFS()
            let mode = FaultMode.kill(after: after)
            vfs.arm(call, mode)
            let ledger = FaultLedger(file: try FileHandle(forWritingTo: URL(filePath: log)))
            await FaultRun(path: path, vfs: vfs, ledger: ledger, durability: .full, mode: mode).play(dying: true)
            // The calls of two runs are not the same to the last: a checkpoint may have come a group later.
            raise(SIGKILL)
        }
        return try await FaultCheck(path: path, ledger: FaultLedger(contentsOf: log)).problems()
    }
}
