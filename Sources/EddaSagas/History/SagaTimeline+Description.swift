internal import EddaCore

extension SagaTimeline: CustomStringConvertible {
    /// The saga, its steps and its history as tables for people.
    public var description: String {
        var text = "Saga \(id) (\(name), plan version \(planVersion)): \(status.rawValue)"
        if let step { text += ", at step \(step)" }
        text += "\n"
        if let reason { text += "Reason: \(reason)\n" }
        if let parkedSince { text += "Parked since \(parkedSince)\n" }
        if let overdueSince { text += "Past its deadline since \(overdueSince)\n" }
        text += "Started \(startedAt), last moved \(updatedAt)\n"
        if ignoredReplies > 0 { text += "Replies that changed nothing: \(ignoredReplies)\n" }
        if !steps.isEmpty {
            text += "\n"
            text += Self.table(
                ["STEP", "PHASE", "STATUS", "TRIES", "SENT", "UNDO TRIES", "NOTE"],
                steps.map { step in
                    [
                        step.id.rawValue, step.phase?.rawValue ?? "?", step.status.rawValue, "\(step.attempts)",
                        "\(step.sends)", "\(step.undoAttempts)", step.noteWithChild ?? "",
                    ]
                }
            )
            text += "\nDone: \(Self.list(done))\nRemaining: \(Self.list(remaining))\n"
        }
        text += "\n"
        text += Self.table(
            ["TIME", "WHAT", "STEP", "TRY", "TOOK", "DETAIL"],
            entries.map { entry in
                [
                    entry.at.description, entry.what, entry.step?.rawValue ?? "",
                    entry.attempt.map(String.init) ?? "",
                    entry.milliseconds.map { Duration.milliseconds($0).inWords } ?? "", entry.reason ?? "",
                ]
            }
        )
        return text
    }

    private static func list(_ steps: [StepID]) -> String {
        steps.isEmpty ? "none" : steps.map(\.rawValue).joined(separator: ", ")
    }

    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([header] + rows)
            .map { row in
                var line = ""
                for (column, cell) in row.enumerated() {
                    line += cell
                    if column < row.count - 1 {
                        line += String(repeating: " ", count: widths[column] - cell.count + 2)
                    }
                }
                while line.last == " " { line.removeLast() }
                return line + "\n"
            }
            .joined()
    }
}

extension SagaTimeline.Step {
    /// The note, and of a step that has started a saga where that stands.
    package var noteWithChild: String? {
        let child = child.map { "saga \($0), \(childStatus?.rawValue ?? "not in this store")" }
        let parts = [child, note].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}
