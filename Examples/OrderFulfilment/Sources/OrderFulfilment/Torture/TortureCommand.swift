import ArgumentParser
import Foundation

/// `torture`: shows that nothing is lost, whatever happens to the processes.
struct TortureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "torture",
        abstract: "Kill, stop and mislead runs for some minutes, then check every guarantee in the files.",
        discussion: """
            Runs of this program, one after another, work on a stream of orders in one folder. They are killed at random \
            moments, stopped and continued, asked to leave; their transport loses, repeats and delays messages; their wall \
            clocks jump by an hour; payments that cannot be given back park sagas, and an operator decides about those, all \
            of it chosen by the seed. At the end everything is brought to its end, and a reader that does not use Edda \
            checks the four databases.

            Exit status: 0 when nothing is wrong, 1 when something is; then the folder is kept.
            """
    )

    @Option(help: "For how long; what follows takes some more time. A fraction will do.")
    var minutes = 1.0

    @Option(help: "Chooses everything. (default: a random one)")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp("An empty folder for the databases. (default: a new temporary folder)", valueName: "dir")
    )
    var data: String?

    @Flag(help: "Print one JSON object at the end, and nothing else on standard output.")
    var json = false

    func validate() throws {
        guard (0.01...100_000).contains(minutes) else {
            throw ValidationError("--minutes is 0.01 to 100000, not \(minutes).")
        }
    }

    func run() async throws {
        let screen = Screen(isQuiet: json)
        let seed = seed ?? .random(in: 1...1_000_000)
        do {
            guard let program = Bundle.main.executablePath else {
                throw DataMismatch("It is not known where this program is, so it cannot start itself.")
            }
            let folder = try TortureFolder(data)
            TortureLog.say("Seed \(seed), \(minutes) minutes, in \(folder.path)")
            let torture = Torture(folder: folder, program: program, seed: seed, duration: .seconds(minutes * 60))
            let report = try await torture.run()
            print(json ? report.json : report.table, terminator: json ? "\n" : "")
            guard report.problems.isEmpty else { throw ExitCode.failure }
            if data == nil { try? FileManager.default.removeItem(atPath: folder.path) }
        } catch let error as DataMismatch {
            screen.complain("\(error)")
            throw ExitCode(65)
        }
    }
}
