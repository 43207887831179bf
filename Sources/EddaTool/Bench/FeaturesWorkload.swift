#if CLI
internal import Edda

/// What each feature costs, beside the same without it.
struct FeaturesWorkload: Workload {
    var name: String { "features" }
    var summary: String { "64 callers, one event an append: with a tag, a key, headers, a view, snapshots" }

    private static let callers = 64
    private static let rounds = 6

    func run(in bench: Bench) async throws -> [BenchRow] {
        try await appends(in: bench) + [loads(in: bench)]
    }

    /// A way to append, and what it stands beside.
    private struct Feature {
        let name: String
        /// The name of the same without it; `nil` for those that have nothing.
        var base: String?
        var hasView = false
        let append: Callers.Operation
    }

    private static let features: [Feature] = [
        Feature(name: "append", append: Callers.appendItem),
        Feature(name: "feature-tag", base: "append") { store, turn in
            let item = TaggedItem(item: ItemAdded(turn.number), tags: [Tag(unchecked: turn.stream.rawValue)])
            try await store.append([item], to: turn.stream, expecting: .version(turn.version))
        },
        Feature(name: "feature-tags-3", base: "append") { store, turn in
            let item = ItemAdded(turn.number)
            let tags = [turn.stream.rawValue, "sku:\(item.sku)", "warehouse:\(item.warehouse ?? 0)"]
            let tagged = TaggedItem(item: item, tags: Set(tags.map { Tag(unchecked: $0) }))
            try await store.append([tagged], to: turn.stream, expecting: .version(turn.version))
        },
        Feature(name: "feature-key", base: "append") { store, turn in
            try await store.append(
                [ItemAdded(turn.number)],
                to: turn.stream,
                expecting: .version(turn.version),
                key: IdempotencyKey(unchecked: "\(turn.stream.rawValue)-\(turn.version)")
            )
        },
        Feature(name: "feature-headers", base: "append") { store, turn in
            try await store.append(
                [ItemAdded(turn.number)],
                to: turn.stream,
                expecting: .version(turn.version),
                metadata: EventMetadata(headers: BulkStore.trace)
            )
        },
        Feature(name: "feature-inline-view", base: "append", hasView: true, append: Callers.appendItem),
        Feature(name: "update") { store, turn in
            try await store.update(Basket.self, id: turn.stream.key) { basket in
                basket.items < .max ? [ItemAdded(turn.number)] : []
            }
        },
        Feature(name: "feature-snapshot", base: "update") { store, turn in
            try await store.update(KeptBasket.self, id: turn.stream.key) { basket in
                basket.basket.items < .max ? [ItemAdded(turn.number)] : []
            }
        },
    ]

    private func appends(in bench: Bench) async throws -> [BenchRow] {
        var stores: [SQLiteStore] = []
        var sides: [Side] = []
        let count = max(1, (bench.operations ?? 36_000) / Self.rounds)
        for feature in Self.features {
            let store = try await bench.store(feature.name)
            stores.append(store)
            if feature.hasView { try await EddaRuntime(store: store) { Self.view }.prepare() }
            var callers = try Callers(Self.callers, on: store, feature.append)
            sides.append(Side(count: count) { try await callers.append($0) })
        }
        let results = try await Side.measure(name, sides, rounds: Self.rounds, batch: Self.callers, part: 0.7)
        for store in stores { await store.close() }
        return Self.features.indices.compactMap { index in
            let feature = Self.features[index]
            guard let base = Self.features.firstIndex(where: { $0.name == feature.base }) else { return nil }
            let limit = feature.base == "update" ? "`update` without it" : "appends without it"
            return results[index].row(feature.name, unit: "append", beside: results[base], limit)
        }
    }

    /// Each event changes the row of its basket.
    private static var view: Projection {
        let table = Table("baskets", "basket TEXT PRIMARY KEY, items INTEGER NOT NULL, minor INTEGER NOT NULL")
        return Projection("baskets", version: 1, mode: .inline, tables: table) {
            On(ItemAdded.self) { event, context in
                try context.execute(
                    """
                    INSERT INTO \(table) VALUES (\(context.key), \(event.quantity), \(event.unitPriceMinor))
                    ON CONFLICT DO UPDATE SET items = items + excluded.items, minor = minor + excluded.minor
                    """
                )
            }
        }
    }

    // MARK: Loads

    private static let streams = 40
    private static let eventsPerStream = 1_000
    /// How many events of a stream stand behind its snapshot: half of those that one may stand behind.
    private static let behind = 5

    /// Loads of long streams, nothing remembered, with a snapshot and without.
    private func loads(in bench: Bench) async throws -> BenchRow {
        bench.progress("writing \(Self.streams) streams of \(Self.eventsPerStream) events")
        let store = try await bench.store("loads") { $0.cachedAggregates = 0 }
        // All at a time, so that they share their commits.
        _ = try await Callers.run(Self.streams, operations: Self.streams) { stream, _ in
            let id = try StreamID(category: Basket.category, id: "\(stream)")
            let before = (1..<Self.eventsPerStream - Self.behind).map(ItemAdded.init)
            try await store.append(before, to: id, expecting: .missing)
            try await store.update(KeptBasket.self, id: id.key) { _ in [ItemAdded(0)] }
            try await store.append((1...Self.behind).map(ItemAdded.init), to: id)
        }
        let count = max(1, (bench.operations ?? 36_000) / Self.rounds)
        func loading<State: Aggregate>(_ type: State.Type, _ count: Int) -> Side {
            Side(count: count) { count in
                try await Callers.run(1, operations: count) { _, number in
                    let loaded = try await store.load(type, id: "\(number % Self.streams)")
                    try BenchFailure.unless(
                        loaded.version == Self.eventsPerStream,
                        "A stream of \(Self.eventsPerStream) events was loaded in version \(loaded.version)."
                    )
                }.latencies
            }
        }
        bench.progress("loading them with a snapshot and without")
        let results = try await Side.measure(
            name,
            [loading(KeptBasket.self, count), loading(Basket.self, max(1, count / 50))],
            rounds: Self.rounds
        )
        await store.close()
        return results[0].row("feature-load-snapshot", unit: "load", beside: results[1], "loads of all 1,000 events")
    }
}

/// A basket of which a snapshot is kept.
private struct KeptBasket: Aggregate, Codable {
    static let category = Basket.category
    static var snapshots: SnapshotPolicy<KeptBasket> { .every(10) }
    static let handlers = EventHandlers<KeptBasket> {
        On(ItemAdded.self) { kept, event in kept.basket.add(event) }
    }

    var basket = Basket()
}
#endif
