import EddaTesting
import Foundation
import OrderAudit

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Lets processes of this program work on orders, and kills, stops, ends and misleads them.
struct Torture: Sendable {
    let folder: TortureFolder
    let program: String
    let seed: UInt64
    let duration: Duration
    let log = TortureLog()

    /// How long a process may take to get anywhere.
    static let patience = Duration.seconds(120)
    /// How long a process may take to leave after SIGTERM: the four services leave one after another.
    static let terminationLimit = Services.shutdownLimit * 4 + .seconds(10)
    /// The misfortunes of the orders, the same in every process.
    private static let misfortunes = ["--decline-rate", "0.1", "--capture-decline-rate", "0.12"]

    private var decider: TortureOperator { TortureOperator(folder: folder, program: program, log: log) }

    /// Tortures for the given time, then brings all orders to their end and has an independent reader look at the files.
    ///
    /// - Throws: What makes it impossible to go on, such as a program that cannot be started.
    func run() async throws -> TortureReport {
        let clock = ContinuousClock()
        let deadline = clock.now + duration
        let decider = decider
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await decider.work(seed: seed) } catch is CancellationError where Task.isCancelled {}
            }
            group.addTask {
                var fates = TortureFates(seed: seed)
                var random = SeededGenerator(seed: ~seed)
                var next = clock.now + .seconds(10)
                while clock.now < deadline {
                    try await live(fates.next(), until: deadline, &random)
                    if clock.now > next {
                        next = clock.now + .seconds(10)
                        tellProgress(left: deadline - clock.now)
                    }
                }
            }
            defer { group.cancelAll() }
            // The operator works until it is cancelled.
            try await group.next()
        }
        let summary = try await finish()
        let audit = try Audit.examine(folder: folder.path)
        return TortureReport(
            seed: seed,
            duration: duration,
            folder: folder.path,
            counts: log.counts,
            audit: audit,
            last: summary
        )
    }

    // MARK: One life

    private func arguments(first: Int, count: Int, voidFailureRate: String, _ more: [String]) -> [String] {
        [
            "run", "--data", folder.path, "--stock", folder.stock, "--seed", "\(seed)", "--first", "\(first)",
            "--count", "\(count)", "--void-failure-rate", voidFailureRate, "--json", "--tally", folder.tally,
        ] + Self.misfortunes + more
    }

    private func start(_ arguments: [String], output: String = "/dev/null") throws -> ChildProcess {
        let child = try ChildProcess(program, arguments, output: output, errors: folder.file("run.errors"))
        log.note { [id = child.id] in _ = $0.processes.insert(id) }
        return child
    }

    private func live(
        _ fate: TortureFates.Fate,
        until deadline: ContinuousClock.Instant,
        _ random: inout SeededGenerator
    ) async throws {
        let clock = ContinuousClock()
        let look = folder.look()
        // Some of those that were placed are placed again, by whoever does not know that they were.
        let first = max(1, max(look.placed - 400, min(look.firstOpen ?? .max, look.placed - 60)))
        let start = clock.now
        let child = try self.start(arguments(first: first, count: 3_000, voidFailureRate: "0.5", fate.strain))
        do {
            log.note { $0.lives += 1 }
            if let early = fate.early {
                _ = try await child.ending(within: early)
            } else if try await hasMoved(child, past: look.head) {
                let took = clock.now - start
                log.note { $0.worstRecovery = max($0.worstRecovery, took) }
                for stop in fate.stops {
                    _ = try await child.ending(within: stop.after)
                    try await hold(child, stop, &random)
                }
                _ = try await child.ending(within: min(fate.length, max(.milliseconds(1), deadline - clock.now)))
            }
            try await end(child, fate.end)
        } catch {
            child.signal(SIGKILL)
            throw error
        }
        let counted = Tally.read(path: folder.tally)
        log.note { $0.faults.merge(counted, uniquingKeysWith: +) }
    }

    /// Waits until a process has committed something.
    private func hasMoved(_ child: ChildProcess, past head: Int64) async throws -> Bool {
        let clock = ContinuousClock()
        let limit = clock.now + Self.patience
        while folder.head() <= head {
            guard child.ending == nil else { return false }
            guard clock.now < limit else {
                log.complain("Process \(child.id) committed nothing within \(Self.patience).")
                return false
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    /// Stops a process for a while; who wants something of its files meanwhile gets an answer in time.
    private func hold(_ child: ChildProcess, _ stop: TortureFates.Fate.Stop, _ random: inout SeededGenerator)
        async throws
    {
        guard child.ending == nil else { return }
        child.signal(SIGSTOP)
        log.note { $0.stops += 1 }
        if stop.isObserved {
            log.note { $0.observed += 1 }
            try await decider.call(["sagas", "list", "--limit", "3"], whileStopped: child.id)
        } else {
            _ = try await child.ending(within: stop.duration)
        }
        child.signal(SIGCONT)
    }

    private func end(_ child: ChildProcess, _ end: TortureFates.Fate.End) async throws {
        if let ending = child.ending {
            // It was through with its orders.
            if ending != .exited(0), ending != .exited(1) { complain(child, ending) }
            return
        }
        switch end {
        case .kill, .killStopped:
            if end == .killStopped { child.signal(SIGSTOP) }
            log.note { $0.kills += 1 }
            try await child.end()
        case .terminate:
            let clock = ContinuousClock()
            let start = clock.now
            child.signal(SIGTERM)
            log.note { $0.terminations += 1 }
            guard let ending = try await child.ending(within: Self.terminationLimit) else {
                log.complain("Process \(child.id) was still there \(Self.terminationLimit) after SIGTERM.")
                return try await child.end()
            }
            let took = clock.now - start
            log.note { $0.worstTermination = max($0.worstTermination, took) }
            // Before it listens to the signal, the signal kills it.
            if ![.exited(Interruption.status), .exited(0), .exited(1), .killed(SIGTERM)].contains(ending) {
                complain(child, ending)
            }
        }
    }

    private func complain(_ child: ChildProcess, _ ending: ChildProcess.Ending) {
        let said = (try? String(contentsOfFile: folder.file("run.errors"), encoding: .utf8)) ?? ""
        log.complain("Process \(child.id) ended as \(ending). The last it said: \(said.suffix(600))")
    }

    // MARK: The end

    /// Brings all orders to their end, undisturbed, and decides about those that are parked.
    ///
    /// - Returns: What the last run says of itself.
    private func finish() async throws -> String {
        var random = SeededGenerator(seed: seed &+ 1)
        var number = 0
        _ = try await runToEnd(voidFailureRate: "0.5")
        // Whoever is tried again now finds the bank in order.
        for round in 1...5 {
            let parked = folder.parked()
            if round > 1, parked.isEmpty { break }
            for saga in parked {
                number += 1
                try await decider.decide(about: saga, reason: "last decision \(number)", &random)
            }
            let summary = try await runToEnd(voidFailureRate: "0")
            if folder.parked().isEmpty { return summary }
        }
        log.complain("\(folder.parked().count) sagas are parked again and again.")
        return ""
    }

    private func runToEnd(voidFailureRate: String) async throws -> String {
        let output = folder.file("last.json")
        try? FileManager.default.removeItem(atPath: output)
        let placed = folder.look().placed
        let child = try start(
            arguments(
                first: 1,
                count: max(1, placed),
                voidFailureRate: voidFailureRate,
                ["--until-quiet", "--concurrency", "64"]
            ),
            output: output
        )
        do {
            let ending = try await child.ending(within: .seconds(600) + duration)
            if ending == nil {
                log.complain("The last run, without any disturbance, does not come to its end.")
                try await child.end()
            } else if ending != .exited(0), ending != .exited(1), let ending {
                complain(child, ending)
            }
        } catch {
            child.signal(SIGKILL)
            throw error
        }
        return (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
    }

    private func tellProgress(left: Duration) {
        let (look, counts) = (folder.look(), log.counts)
        let sagas = look.sagas.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        TortureLog.say(
            "\(max(0, left.components.seconds)) s left: \(counts.kills) kills, \(counts.stops) stops, "
                + "\(counts.terminations) terminations; sagas: \(sagas)"
        )
    }
}
