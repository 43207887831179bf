#if CLI
internal import ArgumentParser
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
                the smallest store for larger ones, its column says so. Rows of bytes on disk have no times.

                Workloads:
                \(Bench.workloads.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))
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

    @Option(help: ArgumentHelp("How many remote steps measured sagas have: 1, 2, 4 or 8.", valueName: "n"))
    var steps = 4

    @Option(
        help: ArgumentHelp(
            "What percentage of measured sagas is compensated, instead of 0 and then 10.",
            valueName: "p"
        )
    )
    var compensated: Double?

    @Option(help: ArgumentHelp("Where the databases are made, and removed again.", valueName: "path"))
    var directory: String?

    @Option(help: .hidden)
    var appendsTo: String?

    func validate() throws {
        if let operations, operations < 100 {
            throw ValidationError("--operations is \(operations); fewer than 100 measure nothing.")
        }
        guard Trips.all.contains(where: { $0.steps == steps }) else {
            let known = Trips.all.map { "\($0.steps)" }.joined(separator: ", ")
            throw ValidationError("--steps is \(steps); there are sagas of \(known) steps.")
        }
        if let compensated, !(0...100).contains(compensated) {
            throw ValidationError("--compensated is \(compensated); it is a percentage, from 0 to 100.")
        }
        let known = Bench.workloads.map(\.name)
        for name in workloads where !known.contains(name) {
            throw ValidationError("\"\(name)\" is no workload; there are \(known.joined(separator: ", ")).")
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
        let parent = directory.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        var isFolder = false
        guard FileManager.default.fileExists(atPath: parent.plainPath, isDirectory: &isFolder), isFolder else {
            throw ValidationError("\(parent.plainPath) is no folder. Make it, or pass another --directory.")
        }
        // Ctrl-C and the like leave no databases behind.
        let leftovers = BenchLeftovers()
        let chosen = Bench.workloads.filter { workloads.isEmpty || workloads.contains($0.name) }
        var rows: [BenchRow] = []
        let deadline = ContinuousClock.now + Bench.limit
        for (index, workload) in chosen.enumerated() {
            let folder = parent.appending(path: "edda-bench-\(UUID())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            leftovers.add(folder)
            defer { leftovers.remove() }
            let tell: @Sendable (String) -> Void = { text in
                let line = "[\(index + 1)/\(chosen.count)] \(workload.name): \(text)"
                output.note(output.canRedraw ? "\r\u{1B}[K\(line)" : line + "\n")
            }
            tell(workload.summary)
            rows += try await workload.run(
                in: Bench(
                    folder: folder.plainPath,
                    durability: durability,
                    operations: operations,
                    steps: steps,
                    compensated: compensated.map { $0 / 100 },
                    deadline: deadline,
                    progress: tell
                )
            )
        }
        if output.canRedraw { output.note("\r\u{1B}[K") }
        if json {
            output.write(json: .array(rows.map(\.json)))
        } else {
            output.write(table: Self.table(rows))
        }
    }

    private static func table(_ rows: [BenchRow]) -> TextTable {
        var table = TextTable(
            .text("WORKLOAD"),
            .number("PER SECOND"),
            .number("P50 µs"),
            .number("P99 µs"),
            .number("LIMIT/S"),
            .number("SHARE"),
            .number("PEAK MiB"),
            .text("LIMIT"),
            .text("FURTHER")
        )
        for row in rows {
            table.add(
                row.workload,
                whole(row.perSecond),
                row.p50Micros.map(whole),
                row.p99Micros.map(whole),
                whole(row.limitPerSecond),
                hundredths(row.shareOfLimit),
                whole(row.peakRSSMiB),
                row.limit,
                row.further.map { "\($0.name) \(hundredths($0.value))" }.joined(separator: ", ")
            )
        }
        return table
    }

    private static func whole(_ value: Double) -> String { String(Int64(value.rounded())) }

    private static func hundredths(_ value: Double) -> String {
        let scaled = Int64((value * 100).rounded())
        let digits = String(scaled % 100)
        return "\(scaled / 100).\(digits.count == 1 ? "0" : "")\(digits)"
    }
}

extension URL {
    /// The path as the system takes it: a space is a space.
    fileprivate var plainPath: String { path(percentEncoded: false) }
}
#endif
