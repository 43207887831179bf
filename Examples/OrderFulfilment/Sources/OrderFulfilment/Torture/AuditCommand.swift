import ArgumentParser
import OrderAudit

/// `audit`: checks the databases of a folder without Edda.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Check what a run has left, by a reader that does not use Edda.",
        discussion: """
            For a folder in which nothing is at work, after a run with --until-quiet. Exit status: 0 when nothing is wrong, \
            1 when something is.
            """
    )

    @Option(help: ArgumentHelp("The folder with the databases of a run.", valueName: "dir"))
    var data: String

    func run() async throws {
        let report = try Audit.examine(folder: data)
        for check in report.checks {
            print(
                "\(check.guarantee)  \(check.count) × \(check.what)\(check.failures > 0 ? ": \(check.failures) FAILED" : "")"
            )
        }
        for finding in report.findings { print("  \(finding)") }
        guard report.findings.isEmpty else { throw ExitCode.failure }
    }
}
