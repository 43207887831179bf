#if CLI
internal import Edda
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
internal import Synchronization

/// Callers that append on the condition that nothing under their own tag has happened since they looked.
struct TagsWorkload: Workload {
    var name: String { "append-tags" }
    var summary: String {
        "\(Self.callers) callers, disjoint tag conditions, beside 64 that append, store of \(Self.events) events"
    }

    private static let callers = 64
    private static let events = 1_000_000

    func run(in bench: Bench) async throws -> [BenchRow] {
        bench.progress("writing \(Self.events) tagged events")
        var bulk = try BulkStore(bench.file("ours"), isTagged: true)
        try bulk.grow(to: Self.events)
        // Nobody has the file open any more, and there is no log beside it.
        try FileManager.default.copyItem(atPath: bulk.path, toPath: bench.file("limit"))
        try DatabaseFile.sync(bench.file("limit"))
        bench.progress(summary)
        let store = try await bench.store("ours")
        let appending = try await bench.store("limit")
        var limit = try Callers(Self.callers, on: appending)
        // What each caller has seen of its tag: everything that was there at first, then its own event.
        let seen = Mutex(Array(repeating: Position(Int64(Self.events)), count: Self.callers))
        let row = try await Turns.measure(
            name,
            operations: bench.operations ?? 80_000,
            batch: Self.callers,
            limit: "append-64 on such a store",
            ours: { count in
                try await Callers.run(Self.callers, operations: count) { caller, number in
                    let tag = try Tag(validating: BulkStore.tag(caller))
                    let event = try EventData(TaggedItem(item: ItemAdded(number), tags: [tag]), schema: store.schema)
                    let append = Append(
                        [.init(stream: StreamID(unchecked: "tagged-\(caller)"), event: event)],
                        conditions: [.noMatch(EventQuery(tags: [tag]), after: seen.withLock { $0[caller] })]
                    )
                    // A false conflict throws, and so ends the benchmark.
                    guard let positions = try await store.append(append).positions else { return }
                    seen.withLock { $0[caller] = positions.upperBound }
                }.latencies
            },
            limit: { count in _ = try await limit.append(count) }
        )
        await store.close()
        await appending.close()
        return [row]
    }
}
#endif
