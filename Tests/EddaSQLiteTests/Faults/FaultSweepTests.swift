import EddaSQLite
import EddaTesting
import Foundation
import Testing

/// One call of a recorded workload goes wrong, and the file is compared with what callers were told.
///
/// `Tests/run.sh` tries a slice; `Tests/faults.sh` tries all of it, or for so many minutes.
@Suite struct FaultSweepTests {
    // acceptance: 56, 57, 61; guarantees: G1, G2, G3, G4, G7, G12, G14
    @Test(.timeLimit(.minutes(600)))
    func whateverCallFailsCallersAreToldTheTruth() async throws {
        let sweep = FaultSweep.fromEnvironment()
        var points: [FaultPoint] = []
        for durability in Durability.allCases {
            let (recorded, problems) = try await FaultPoint.record(durability, seed: sweep.seed)
            #expect(problems.isEmpty, "without a fault")
            points += recorded
        }
        let chosen = sweep.slice(of: points)
        let failures = try await sweep.tryAll(chosen, of: points.count)
        for (point, problems) in failures.prefix(20) {
            Issue.record("seed \(sweep.seed), \(point): \(problems.prefix(6).joined(separator: " | "))")
        }
        #expect(failures.isEmpty, "\(failures.count) of the points failed")
    }
}

/// Which points are tried.
struct FaultSweep {
    let seed: UInt64
    let isWhole: Bool
    let limit: Duration?
    /// Only points whose description contains this.
    let filter: String?

    /// What `Tests/faults.sh` says, or a slice.
    static func fromEnvironment() -> FaultSweep {
        let environment = ProcessInfo.processInfo.environment
        let minutes = environment["EDDA_FAULTS_MINUTES"].flatMap { Double($0) }
        return FaultSweep(
            seed: environment["EDDA_FAULTS_SEED"].flatMap { UInt64($0) } ?? 7,
            isWhole: environment["EDDA_FAULTS_ALL"] != nil || minutes != nil,
            limit: minutes.map { .seconds($0 * 60) },
            filter: environment["EDDA_FAULTS_ONLY"]
        )
    }

    /// All points in a random order, or a slice that has every call of the commit path in one way at least.
    func slice(of points: [FaultPoint]) -> [FaultPoint] {
        var random = SeededGenerator(seed: seed)
        if let filter { return points.filter { $0.description.contains(filter) } }
        let shuffled = points.shuffled(using: &random)
        guard !isWhole else { return shuffled }
        var seen = Set<String>()
        let onPath = shuffled.filter {
            $0.isOnCommitPath && ($0.number.isMultiple(of: 2) == ($0.durability == .full) || $0.call.kind == .sync)
                && seen.insert("\($0.durability) \($0.number)").inserted
        }
        return onPath + shuffled.filter { !$0.isOnCommitPath }.prefix(150)
    }

    /// Tries points, two at a time.
    ///
    /// - Returns: Those that failed, and why.
    func tryAll(_ points: [FaultPoint], of total: Int) async throws -> [(FaultPoint, [String])] {
        let clock = ContinuousClock()
        let deadline = limit.map { clock.now + $0 }
        var failures: [(FaultPoint, [String])] = []
        var (tried, missed) = (0, 0)
        try await withThrowingTaskGroup(of: (FaultPoint, [String], Bool).self) { group in
            var next = points.makeIterator()
            func add() {
                guard deadline.map({ clock.now < $0 }) ?? true, let point = next.next() else { return }
                tried += 1
                group.addTask {
                    do {
                        let (problems, isReached) = try await point.problems()
                        return (point, problems, isReached)
                    } catch {
                        return (point, ["The file cannot be examined: \(error)"], true)
                    }
                }
            }
            for _ in 0..<3 { add() }
            for try await (point, problems, isReached) in group {
                if !isReached { missed += 1 }
                if !problems.isEmpty { failures.append((point, problems)) }
                add()
            }
        }
        print(
            "faults: \(tried) of \(total) points tried, \(missed) not reached, seed \(seed), \(failures.count) failed"
        )
        // The calls of two runs are not the same to the last: a checkpoint may come a group later.
        #expect(missed * 20 <= tried, "faults that never happened prove nothing")
        return failures
    }
}
