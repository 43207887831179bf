import EddaSQLite
import EddaTesting
import Foundation

/// A call of the recorded workload that goes wrong in one way.
struct FaultPoint: Hashable, Sendable, CustomStringConvertible {
    let durability: Durability
    let number: Int
    let call: FaultCall
    let mode: FaultMode
    /// The process ends without closing the store.
    let dies: Bool

    var description: String {
        "\(durability.rawValue)/\(number): \(call) \(mode)\(dies ? ", then the process dies" : "")"
    }

    /// Every commit goes through these.
    var isOnCommitPath: Bool { call.file == .log && (call.kind == .write || call.kind == .sync) }

    /// Plays the workload without a fault and lists what can go wrong in it.
    ///
    /// - Returns: The points, and what was wrong without any.
    static func record(_ durability: Durability, seed: UInt64) async throws -> (
        points: [FaultPoint], problems: [String]
    ) {
        let folder = try TemporaryFolder.inMemory()
        let vfs = FaultVFS()
        let run = FaultRun(path: folder.file(), vfs: vfs, ledger: FaultLedger(), durability: durability, mode: nil)
        await run.play(dying: false)
        let problems = run.problems + (try await FaultCheck(path: folder.file(), ledger: run.ledger).problems())
        var random = SeededGenerator(seed: seed)
        var points: [FaultPoint] = []
        for number in 1...max(1, vfs.calls) {
            guard let call = vfs.call(number) else { continue }
            for mode in FaultMode.all(for: call.kind, seed: random.next()) {
                // Without a sync at every commit it is power loss that is different.
                guard durability == .full || mode.isPowerLoss || call.kind == .sync else { continue }
                points.append(
                    FaultPoint(durability: durability, number: number, call: call, mode: mode, dies: random.chance(0.5))
                )
            }
        }
        return (points, problems)
    }

    /// Plays the workload with this fault.
    ///
    /// - Returns: What was wrong, and whether the call came at all.
    func problems() async throws -> (problems: [String], isReached: Bool) {
        let folder = try TemporaryFolder.inMemory()
        let path = folder.file()
        let vfs = FaultVFS()
        vfs.arm(number, mode)
        let run = FaultRun(path: path, vfs: vfs, ledger: FaultLedger(), durability: durability, mode: mode)
        await run.play(dying: dies)
        let isReached = vfs.hits > 0
        if vfs.openFiles > 0 { return (["\(vfs.openFiles) files were not closed."], isReached) }
        var mayLoseTheLast = false
        if case .powerLoss(let seed) = mode {
            guard vfs.losePower(seed: seed) else {
                return (["What was not synced could not be taken back."], isReached)
            }
            // The index is memory, and goes.
            try? FileManager.default.removeItem(atPath: path + "-shm")
            mayLoseTheLast = durability == .normal
        }
        let check = FaultCheck(path: path, ledger: run.ledger, mayLoseTheLast: mayLoseTheLast)
        return (run.problems + (try await check.problems()), isReached)
    }
}

extension TemporaryFolder {
    /// A folder on a disk that is memory, where there is one: what these tests write is only for them to read.
    static func inMemory() throws -> TemporaryFolder {
        try TemporaryFolder(under: FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil)
    }
}
