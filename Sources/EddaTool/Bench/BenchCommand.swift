#if CLI
internal import ArgumentParser
internal import Dispatch
internal import Edda
internal import EddaCommands
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

@Sendable private func parseDurability(_ text: String) throws -> Durability {
    guard let durability = Durability(rawValue: text) else {
        throw ValidationError("\"\(text)\" is no durability; there are full and normal.")
    }
    return durability
}

/// `bench`: how fast Edda is here, beside SQLite alone.
struct BenchCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "bench",
            abstract: "Measure Edda beside SQLite alone, in turns, on this machine.",
            discussion: """
                Each workload stands beside a limit: mostly a bare loop over SQLite's C interface that writes or reads the \
                same rows, in the same tables and with the same durability, on bytes encoded beforehand. Both run in this \
                process, by turns. Where the limit is another one, such as plain appends for appends under conditions, or \
                the smallest store for larger ones, its column says so. Rows about bytes on disk, or about times \
                alone, have no rate.

                A run ends within five minutes, where a sync takes no longer than 100 ms: each workload has its share of \
                the time, and measures fewer operations where that is too short; its row says so. What is finished is \
                printed in any case, also when a workload fails (the status is 1 then) or the run is interrupted.

                Workloads:
                \(Bench.workloads.map { "  \($0.name): \($0.workload.summary)" }.joined(separator: "\n"))
                """
        )
    }

    @Argument(help: ArgumentHelp("Which workloads; all of them by default.", valueName: "workload"))
    var workloads: [String] = []

    @Flag(help: "Print JSON for programs instead of a table.")
    var json = false

    @Option(help: ArgumentHelp("How many operations a workload measures, instead of its own number.", valueName: "n"))
    var operations: Int?

    @Option(
        help: ArgumentHelp("What a returned commit survives: full or normal.", valueName: "durability"),
        transform: parseDurability
    )
    var durability: Durability = .full

    @Option(
        help: ArgumentHelp("How many remote steps measured sagas have: 1, 2, 4 or 8; 4 by default.", valueName: "n")
    )
    var steps: Int?

    @Option(
        help: ArgumentHelp(
            "What percentage of measured sagas is compensated, instead of 0 and then 10.",
            valueName: "p"
        )
    )
    var compensated: Double?

    @Option(help: ArgumentHelp("Where the databases are made, and removed again.", valueName: "path"))
    var directory: String?

    @Option(
        help: ArgumentHelp(
            "How long the run may take, about; workloads measure less where that is too short.",
            valueName: "s"
        )
    )
    var seconds = 280

    @Option(help: .hidden)
    var appendsTo: String?

    func validate() throws {
        if appendsTo != nil { return }
        let entries = try Bench.entries(named: workloads)
        if let operations { try Bench.check(operations: operations, of: entries) }
        if let steps {
            try Bench.check(.steps, of: entries)
            guard Trips.all.contains(where: { $0.steps == steps }) else {
                let known = Trips.all.map { "\($0.steps)" }.joined(separator: ", ")
                throw ValidationError("--steps is \(steps); there are sagas of \(known) steps.")
            }
        }
        if let compensated {
            try Bench.check(.compensated, of: entries)
            guard (0...100).contains(compensated) else {
                throw ValidationError("--compensated is \(compensated); it is a percentage, from 0 to 100.")
            }
        }
        guard (1...86_400).contains(seconds) else {
            throw ValidationError("--seconds is \(seconds); it is from 1 to 86400.")
        }
    }

    func run() async throws {
        if let appendsTo {
            return try await ProcessesWorkload.append(
                to: appendsTo,
                operations: operations ?? 0,
                durability: durability
            )
        }
        let output = Output.current
        let entries = try Bench.entries(named: workloads)
        let parent = directory.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        let disk = BenchDisk(path: parent.plainPath)
        try disk.requireFolder()
        for line in BenchFolder.sweep(disk.path) { output.note(line + "\n") }
        for entry in entries {
            try disk.requireRoom(for: entry.bytes(operations: operations), of: entry.name)
        }
        if let kind = disk.memoryKind {
            output.note(
                """
                \(disk.path) is memory (\(kind)): nothing there survives a loss of power, so that durability \
                \(durability.rawValue) means nothing. Pass a --directory on a disk.

                """
            )
        }
        let run = BenchRun(try BenchFolder(in: disk.path), output: output, printsJSON: json)
        let watch = run.watchSignals()
        await run.measure(
            entries,
            BenchRun.Options(
                durability: durability,
                operations: operations,
                steps: steps ?? 4,
                compensated: compensated.map { $0 / 100 },
                limit: .seconds(seconds)
            )
        )
        let isWhole = run.finish()
        for source in watch { source.cancel() }
        guard isWhole else { throw ExitCode.failure }
    }
}

extension URL {
    /// The path as the system takes it: a space is a space, and nothing follows the last name.
    fileprivate var plainPath: String {
        let path = path(percentEncoded: false)
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
#endif
