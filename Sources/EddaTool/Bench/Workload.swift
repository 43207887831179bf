#if CLI
internal import Edda
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
    ///
    /// - Returns: The rows that were not handed to ``Bench/finished`` before.
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
    /// When the workload shall be over.
    var deadline: ContinuousClock.Instant
    /// Tells what is being done.
    var progress: @Sendable (String) -> Void
    /// Takes a row as soon as it is finished, so that it is not lost with those after it.
    var finished: @Sendable (BenchRow) -> Void = { _ in }

    /// The argument of `PRAGMA synchronous` that has this durability.
    var synchronous: String { durability == .full ? "FULL" : "NORMAL" }

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
}
#endif
