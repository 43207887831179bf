internal import EddaCore

extension StoreConformance {
    static let shares: [ConformanceCase] = [
        ConformanceCase("shares: each key goes to one consumer, and nothing is left out") { bench in
            let store = bench.store
            try await store.appendKeyed()
            for key in [ConsumerShare.Key.stream, .tag("customer:"), .named("type") { $0.type.rawValue }] {
                let (handled, total) = ((0..<4).map { _ in Handled() }, Handled())
                try await bench.during {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for index in 0..<4 {
                            group.addTask {
                                let share = ConsumerShare.of(4, index: index, by: key)
                                try await store.consume(
                                    as: CheckpointName(unchecked: "by \(key)"),
                                    share: share,
                                    batchSize: 7
                                ) {
                                    handled[index].add($0)
                                    total.add($0)
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                } _: {
                    try await total.wait(for: 200)
                }
                try bench.equal(handled.flatMap(\.positions).sorted(), Array(1...200), "all events, by \(key)")
                var owner: [String: Int] = [:]
                for (index, share) in handled.enumerated() {
                    try bench.equal(share.positions, share.positions.sorted(), "the order in share \(index)")
                    for event in share.all {
                        let before = owner.updateValue(index, forKey: key.value(of: event)) ?? index
                        try bench.equal(before, index, "the share of key \(key.value(of: event))")
                    }
                }
                let used = Set(owner.values).count
                try bench.expect(used > 1, "by \(key), all events went to one share")
            }
        },
        ConformanceCase("shares: after a change of their number no event is passed over, and the old ones stop") {
            bench in
            let store = bench.store
            try await store.appendKeyed()
            let before = (0..<4).map { _ in Handled() }
            // The shares come to stand at different positions: share 3 does not run at all.
            for index in 0..<3 {
                try await bench.during {
                    try await store.consume(as: "mailer", share: .of(4, index: index), batchSize: 5) { events in
                        before[index].add(events)
                    }
                } _: {
                    try await before[index].wait(for: 5 * (index + 1))
                }
            }
            let rows = try await store.read { try $0.checkpoints(beginningWith: "mailer") }
            try bench.equal(rows.count, 4, "checkpoints of four shares")
            let after = Handled()
            try await bench.during {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<2 {
                        group.addTask {
                            try await store.consume(as: "mailer", share: .of(2, index: index)) { after.add($0) }
                        }
                    }
                    try await group.waitForAll()
                }
            } _: {
                try await after.wait(for: 200)
            }
            try bench.equal(Set(after.positions), Set(1...200), "what two shares handled")
            try await bench.equal(
                store.read { try $0.checkpoints(beginningWith: "mailer").map(\.name) },
                ["mailer#0/2 by stream", "mailer#1/2 by stream"],
                "the checkpoints of two shares"
            )
            // One that is at work while the division changes: it finds out when its batch is done.
            try await bench.expectThrows(.staleWrite, "a consumer of the old division") {
                try await store.consume(as: "other") { _ in
                    let other = ObservedStore(store)
                    try await bench.during {
                        try await other.consume(as: "other", share: .of(2, index: 0)) { _ in }
                    } _: {
                        try await other.wait(for: "other#0/2 by stream", at: Position(200))
                    }
                }
            }
        },
    ]
}

extension Store {
    /// Appends 200 events: 40 streams, 10 customers, 5 types.
    fileprivate func appendKeyed() async throws {
        for round in 0..<5 {
            let entries = (0..<40)
                .map { index in
                    Append.Entry(
                        stream: StreamID(unchecked: "order-\(index)"),
                        event: EventData(
                            type: EventType(unchecked: "type-\(round)"),
                            tags: ["all", Tag(unchecked: "customer:\(index % 10)")],
                            data: []
                        )
                    )
                }
            _ = try await append(Append(entries))
        }
    }
}
