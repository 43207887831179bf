import EddaTesting
import Foundation

/// Decides about parked sagas as a person does: by the commands of this program, while the services run or stand still.
struct TortureOperator: Sendable {
    let folder: TortureFolder
    let program: String
    let log: TortureLog

    /// How long a command waits for a locked file, in milliseconds.
    static let lockTimeoutMs = 1_500
    /// How long a command may take at most, on a machine that is busy with other things.
    static let limit = Duration.seconds(60)

    /// Decides about parked sagas, one after another, until the task is cancelled.
    func work(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var number = 0
        while !Task.isCancelled {
            let parked = folder.parked()
            if parked.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
            for saga in parked.shuffled(using: &random).prefix(4) {
                number += 1
                try await decide(about: saga, reason: "decision \(seed)-\(number)", &random)
            }
        }
    }

    /// Decides about one saga.
    func decide(about saga: (id: String, step: String), reason: String, _ random: inout SeededGenerator) async throws {
        let verbs = [["retry"], ["skip"], ["resolve", "--reply", "{}"]]
        let drawn = verbs[Int.random(in: 0..<verbs.count, using: &random)]
        // Whether a pivot took place only its participant knows.
        let verb = saga.step == "authorize-payment" ? drawn : ["retry"]
        let isDone = try await call(
            ["sagas", verb[0], saga.id] + verb.dropFirst() + [
                "--step", saga.step, "--by", "torture", "--reason", reason,
            ]
        )
        guard isDone else { return }
        log.note {
            $0.decisions[verb[0], default: 0] += 1
            $0.reasons.append(reason)
        }
    }

    /// Runs a command; it has to end in time, well or with a reason that makes sense.
    ///
    /// - Parameter stopped: The process that stands still for as long as the command takes.
    /// - Returns: Whether it succeeded.
    @discardableResult
    func call(_ arguments: [String], whileStopped stopped: Int32? = nil) async throws -> Bool {
        let clock = ContinuousClock()
        let start = clock.now
        let errors = folder.file("verb-\(UUID()).errors")
        defer { try? FileManager.default.removeItem(atPath: errors) }
        let process = try ChildProcess(
            program,
            arguments + ["--data", folder.path, "--lock-timeout-ms", "\(Self.lockTimeoutMs)"],
            output: "/dev/null",
            errors: errors
        )
        log.note { [id = process.id] in _ = $0.processes.insert(id) }
        let command = arguments.prefix(3).joined(separator: " ")
        guard let ending = try await process.ending(within: Self.limit) else {
            try await process.end()
            log.complain("`\(command)` had not ended after \(Self.limit)")
            return false
        }
        let took = clock.now - start
        log.note { $0.worstVerb = max($0.worstVerb, took) }
        if ending == .exited(0) { return true }
        let said = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
        if said.contains("is refused, since") {
            log.note { $0.refusals += 1 }
        } else if let named = said.firstMatch(of: #/Process (\d+) has held/#).flatMap({ Int32($0.1) }) {
            log.note { $0.lockedOut += 1 }
            let known = log.counts.processes
            if let stopped, named != stopped {
                log.complain("`\(command)` names process \(named), but \(stopped) was stopped: \(said)")
            } else if !known.contains(named) {
                log.complain("`\(command)` names process \(named), which is none of this torture: \(said)")
            }
        } else {
            log.complain("`\(command)` ended as \(ending): \(said.prefix(400))")
        }
        return false
    }
}
