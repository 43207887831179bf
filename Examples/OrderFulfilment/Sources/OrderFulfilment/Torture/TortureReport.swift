import Foundation
import OrderAudit

/// How a torture came out.
struct TortureReport: Sendable {
    let seed: UInt64
    let duration: Duration
    let folder: String
    let counts: TortureLog.Counts
    let audit: AuditReport
    /// What the last run said of itself, as JSON.
    let last: String

    /// Everything that is wrong, in sentences.
    var problems: [String] {
        var problems = counts.problems + audit.findings
        for reason in counts.reasons where audit.reasons[reason] != 1 {
            problems.append(
                "G12: an operator's decision was confirmed, but \(audit.reasons[reason] ?? 0) histories have it: \(reason)"
            )
        }
        if !last.isEmpty {
            if let summary = try? JSONDecoder().decode(Said.self, from: Data(last.utf8)) {
                let counted = (audit.orders, audit.sagas["completed"] ?? 0, audit.sagas["compensated"] ?? 0)
                if (summary.orders, summary.completed, summary.compensated) != counted {
                    problems.append(
                        "The last run counts \(summary.orders) orders, \(summary.completed) completed and "
                            + "\(summary.compensated) compensated; the files have \(counted.0), \(counted.1) and \(counted.2)"
                    )
                }
            } else {
                problems.append("The last run said something else than one JSON object: \(last.prefix(200))")
            }
        }
        return problems
    }

    private struct Said: Decodable {
        let orders: Int
        let completed: Int
        let compensated: Int
    }

    /// What to type to do it again.
    var command: String { "order-fulfilment torture --minutes \(minutes) --seed \(seed)" }
    var minutes: Double { (duration / .seconds(60) * 1_000).rounded() / 1_000 }

    /// The checks by guarantee.
    var checked: [(guarantee: String, what: String, count: Int, failures: Int)] {
        audit.checks.map { ($0.guarantee, $0.what, $0.count, $0.failures) }
            + [("G12", "kills, stops and terminations survived", counts.kills + counts.stops + counts.terminations, 0)]
    }

    /// The numbers with their names, for the table and for JSON.
    var numbers: [(name: String, key: String, value: Int)] {
        let milliseconds: (Duration) -> Int = { Int($0 / .milliseconds(1)) }
        return [
            ("processes", "processes", counts.lives),
            ("killed (SIGKILL)", "kills", counts.kills),
            ("stopped and continued (SIGSTOP)", "stops", counts.stops),
            ("ended (SIGTERM)", "terminations", counts.terminations),
            ("jumps of the wall clock", "clockJumps", counts.faults[.clockJumps] ?? 0),
            ("orders", "orders", audit.orders),
            ("  sagas completed", "completed", audit.sagas["completed"] ?? 0),
            ("  sagas compensated", "compensated", audit.sagas["compensated"] ?? 0),
            ("  sagas parked", "parked", audit.sagas["parked"] ?? 0),
            ("steps of unknown outcome", "unknownSteps", audit.unknownSteps),
            ("operator: retry", "retries", counts.decisions["retry"] ?? 0),
            ("operator: skip", "skips", counts.decisions["skip"] ?? 0),
            ("operator: resolve", "resolves", counts.decisions["resolve"] ?? 0),
            ("operator: refused, the saga had moved", "refused", counts.refusals),
            ("commands while the owner was stopped", "commandsWhileStopped", counts.observed),
            ("commands told which process holds the lock", "lockedOut", counts.lockedOut),
            ("messages lost", "lost", counts.faults[.lost] ?? 0),
            ("messages duplicated", "duplicated", counts.faults[.duplicated] ?? 0),
            ("messages delayed", "delayed", counts.faults[.delayed] ?? 0),
            ("resent for lack of an answer", "resends", audit.resends),
            ("duplicate answers absorbed", "duplicatesAbsorbed", audit.ignoredReplies),
            ("worst recovery after a start, ms", "worstRecoveryMs", milliseconds(counts.worstRecovery)),
            ("worst leaving after SIGTERM, ms", "worstTerminationMs", milliseconds(counts.worstTermination)),
            ("worst command of an operator, ms", "worstCommandMs", milliseconds(counts.worstVerb)),
        ]
    }

    /// For people.
    var table: String {
        var rows = [("minutes", "\(minutes)"), ("seed", "\(seed)")]
        rows += numbers.map { ($0.name, "\($0.value)") }
        let width = rows.map(\.0.count).max() ?? 0
        var text = rows.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 + "\n" }.joined()
        text += "\nChecked by a reader that does not use Edda:\n"
        for check in checked {
            text += "  \(check.guarantee.padding(toLength: 9, withPad: " ", startingAt: 0))\(check.count)"
            text += " × \(check.what)" + (check.failures > 0 ? ": \(check.failures) FAILED" : "") + "\n"
        }
        if problems.isEmpty { return text + "\nNothing is wrong.\n" }
        text += "\n\(problems.count) problems:\n" + problems.map { "  \($0)\n" }.joined()
        text += "\nThe files are kept in \(folder). To do it again:\n  \(command)\n"
        return text
    }

    /// For programs: one object in one line.
    var json: String {
        var object: [String: Any] = [
            "minutes": minutes, "seed": seed, "command": command, "problems": problems, "data": folder,
            "checks": checked.map {
                ["guarantee": $0.guarantee, "what": $0.what, "count": $0.count, "failures": $0.failures]
                    as [String: Any]
            },
        ]
        for number in numbers { object[number.key] = number.value }
        let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
