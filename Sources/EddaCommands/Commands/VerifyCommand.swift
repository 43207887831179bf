#if CLI
internal import ArgumentParser
internal import Edda

/// `verify`: whether everything in the store agrees with everything else.
struct VerifyCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "verify",
            abstract: "Verify that the store keeps its promises; status 1 when something is wrong.",
            discussion: """
                Reads everything once and changes nothing; whoever reads or writes meanwhile is not held up. For a very \
                large database verify a backup of it: the last part, SQLite's own examination, is one long read \
                transaction, during which the write-ahead log grows.
                """
        )
    }

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        guard let store = runtime.store as? any Verifiable else {
            throw CommandError("This kind of store cannot be verified; a SQLiteStore can.")
        }
        let verification = try await verify(store, time: runtime.store.time, output: output)
        if format.json {
            output.write(json: Self.json(verification))
        } else if verification.findings.isEmpty {
            let holes = verification.holes == 0 ? "" : ", \(verification.holes) deleted in maintenance"
            output.write(
                "Everything agrees: \(verification.events) events up to position \(verification.head)\(holes).\n"
            )
        } else {
            var table = TextTable(.text("CHECK"), .text("WHAT IS WRONG"), .text("ADVICE"))
            for finding in verification.findings { table.add(finding.check, finding.problem, finding.advice) }
            output.write(table: table)
        }
        if verification.count > 0 {
            let listed = verification.findings.count
            let rest = verification.count > listed ? ", of which the first \(listed) are listed" : ""
            throw CommandError(
                verification.count == 1
                    ? "One thing is wrong; the advice beside it says what to do."
                    : "\(verification.count) things are wrong\(rest); the advice beside each says what to do."
            )
        }
    }

    private func verify(_ store: any Verifiable, time: any TimeSource, output: Output) async throws -> Verification {
        let lines = VerificationLines(output: output, time: time)
        defer { lines.end() }
        return try await store.verify { lines.show($0) }
    }

    private static func json(_ verification: Verification) -> JSON {
        [
            "head": .integer(verification.head.value),
            "events": .integer(Int64(verification.events)),
            "holes": .integer(Int64(verification.holes)),
            "count": .integer(Int64(verification.count)),
            "findings": .array(
                verification.findings.map { finding in
                    [
                        "check": .string(finding.check),
                        "problem": .string(finding.problem),
                        "advice": .string(finding.advice),
                    ]
                }
            ),
        ]
    }
}
#endif
