#if CLI
internal import Edda
internal import EddaCommands
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Something that `edda bench` measures.
protocol Workload: Sendable {
    /// What it is called on the command line.
    var name: String { get }
    /// What it does, in one line.
    var summary: String { get }

    /// Measures it.
    func run(in bench: Bench) async throws -> [BenchRow]
}

/// Where and how workloads run.
struct Bench: Sendable {
    /// A folder of its own for one workload.
    var folder: String
    /// What returned commits survive.
    var durability: Durability
    /// How many operations to measure instead of each workload's own number.
    var operations: Int?
    /// How many remote steps measured sagas have.
    var steps = 4
    /// What part of measured sagas is compensated, from 0 to 1; a workload's own choice when it is `nil`.
    var compensated: Double?
    /// When the whole run shall be over.
    var deadline: ContinuousClock.Instant
    /// Tells what is being done.
    var progress: @Sendable (String) -> Void

    /// The argument of `PRAGMA synchronous` that has this durability.
    var synchronous: String { durability == .full ? "FULL" : "NORMAL" }

    /// What a whole run may take.
    static let limit = Duration.seconds(290)

    /// The same with a folder inside this one.
    func inside(_ name: String) throws -> Bench {
        var bench = self
        bench.folder += "/\(name)"
        try FileManager.default.createDirectory(atPath: bench.folder, withIntermediateDirectories: false)
        return bench
    }

    func file(_ name: String) -> String { "\(folder)/\(name).db" }

    /// Opens a store that has this bench's durability.
    func store(
        _ name: String,
        _ configure: (inout SQLiteStore.Configuration) -> Void = { _ in }
    ) async throws -> SQLiteStore {
        var configuration = SQLiteStore.Configuration()
        configuration.durability = durability
        configure(&configuration)
        return try await SQLiteStore(path: file(name), configuration: configuration)
    }

    /// All workloads, in the order in which they run.
    static let workloads: [any Workload] = [
        AppendWorkload(name: "append-1", callers: 1, operations: 8_000),
        AppendWorkload(name: "append-64", callers: 64, operations: 120_000),
        AppendWorkload(name: "append-256", callers: 256, operations: 160_000),
        BatchWorkload(),
        TagsWorkload(),
        LoadWorkload(),
        HotWorkload(),
        ScanWorkload(),
        ReplayWorkload(),
        MixedReplayWorkload(),
        FeaturesWorkload(),
        ProcessesWorkload(),
        GrowthWorkload(),
        SagaWorkload(),
        PacedSagaWorkload(),
        SagaTimersWorkload(),
    ]
}
#endif
