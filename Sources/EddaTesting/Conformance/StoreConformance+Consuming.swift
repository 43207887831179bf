internal import EddaCore

extension StoreConformance {
    // acceptance: 19; guarantees: G5
    static let consuming: [ConformanceCase] = [
        ConformanceCase("consumers: go on where they stopped, from catch-up to live, in order") { bench in
            let store = bench.store
            try await store.appendSamples(10, to: "a-1")
            let first = Handled()
            try await bench.during {
                try await store.consume(as: "mailer", batchSize: 4) { first.add($0) }
            } _: {
                try await first.wait(for: 10)
                try await store.appendSamples(3, to: "a-1")
                try await first.wait(for: 13)
            }
            try bench.equal(first.positions, Array(1...13), "what the first run handled")
            try await bench.equal(store.read { try $0.checkpoint("mailer") }, Position(13), "the checkpoint")
            try await store.appendSamples(2, to: "a-1")
            try await bench.reopened { store in
                let second = Handled()
                try await bench.during {
                    try await store.consume(as: "mailer") { second.add($0) }
                } _: {
                    try await second.wait(for: 2)
                }
                try bench.equal(second.positions, [14, 15], "what the second run handled")
            }
        },
        ConformanceCase("consumers: begin where they are told to, only the first time") { bench in
            let store = bench.store
            try await store.appendSamples(5, to: "a-1")
            for expected in [[4, 5], [6]] as [[Int64]] {
                let handled = Handled()
                try await bench.during {
                    try await store.consume(as: "mailer", after: Position(3)) { handled.add($0) }
                } _: {
                    try await handled.wait(for: expected.count)
                }
                try bench.equal(handled.positions, expected, "what was handled")
                try await store.appendSamples(1, to: "a-1")
            }
        },
        ConformanceCase("consumers: a batch whose handling failed comes again") { bench in
            let store = bench.store
            try await store.appendSamples(10, to: "a-1")
            let handled = Handled()
            do {
                try await store.consume(as: "mailer", batchSize: 4) { events in
                    if events.contains(where: { $0.position == Position(7) }) { throw Abandoned() }
                    handled.add(events)
                }
                throw bench.fail("the consumer went on after its handler had failed")
            } catch is Abandoned {}
            try await bench.equal(store.read { try $0.checkpoint("mailer") }, Position(4), "the checkpoint")
            try await bench.during {
                try await store.consume(as: "mailer", batchSize: 4) { handled.add($0) }
            } _: {
                try await handled.wait(for: 10)
            }
            try bench.equal(handled.positions, Array(1...10), "what was handled")
        },
        ConformanceCase("consumers: a filter that matches nothing still advances the checkpoint, in few commits") {
            bench in
            let store = ObservedStore(bench.store)
            try await bench.store.appendSamples(2_500, to: "a-1")
            try await bench.during {
                try await store.consume(as: "mailer", matching: EventQuery(types: ["never"]), batchSize: 16) { _ in }
            } _: {
                try await store.wait(for: "mailer", at: Position(2_500))
                for _ in 0..<10 { try await bench.store.appendSamples(1, to: "a-1") }
                // A second later the few that came since are counted as well.
                await bench.time.waitForSleepers(1)
                try await bench.equal(
                    store.read { try $0.checkpoint("mailer") },
                    Position(2_500),
                    "the checkpoint at once"
                )
                bench.time.advance(by: .seconds(1))
                try await store.wait(for: "mailer", at: Position(2_510))
                try await bench.store.appendSamples(1, to: "a-1")
            }
            try await bench.equal(
                store.read { try $0.checkpoint("mailer") },
                Position(2_511),
                "the checkpoint at the end"
            )
            try bench.equal(store.commits, 4, "commits: the beginning, the catch-up, the pause, the end")
        },
        ConformanceCase("consumers: catching up takes one commit a batch") { bench in
            let store = ObservedStore(bench.store)
            try await bench.store.appendSamples(1_000, to: "a-1")
            let handled = Handled()
            try await bench.during {
                try await store.consume(as: "mailer", batchSize: 100) { handled.add($0) }
            } _: {
                try await store.wait(for: "mailer", at: Position(1_000))
            }
            try bench.equal(handled.all.count, 1_000, "events")
            try bench.equal(store.commits, 11, "commits")
        },
        ConformanceCase("consumers: one that is cancelled finishes the batch in hand") { bench in
            let store = bench.store
            try await store.appendSamples(3, to: "a-1")
            let (begun, finish, handled) = (Signal(), Signal(), Handled())
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await store.consume(as: "mailer", lease: .seconds(8)) { events in
                        begun.raise()
                        try await finish.wait(past: 0)
                        handled.add(events)
                    }
                }
                try await begun.wait(past: 0)
                group.cancelAll()
                finish.raise()
                try await group.waitForAll()
            }
            try bench.equal(handled.positions, [1, 2, 3], "what was handled")
            try await bench.equal(store.read { try $0.checkpoint("mailer") }, Position(3), "the checkpoint")
            try await bench.equal(store.read { try $0.lease("mailer")?.holder }, nil, "the holder of the lease")
        },
        ConformanceCase("consumers: one whose checkpoint is moved goes on from there") { bench in
            let store = ObservedStore(bench.store)
            try await bench.store.appendSamples(10, to: "a-1")
            let handled = Handled()
            try await bench.during {
                try await store.consume(as: "mailer") { handled.add($0) }
            } _: {
                try await store.wait(for: "mailer", at: Position(10))
                try await bench.store.write { try $0.setCheckpoint("mailer", to: Position(5)) }
                try await bench.store.appendSamples(1, to: "a-1")
                try await store.wait(for: "mailer", at: Position(11))
            }
            try bench.equal(handled.positions, Array(1...11) + Array(6...11), "what was handled")
        },
        ConformanceCase("consumers: names and shares that cannot be are refused") { bench in
            let store = bench.store
            try await bench.expectThrows(.invalidArgument, "a name with #") {
                try await store.consume(as: "mail#er") { _ in }
            }
            try await bench.expectThrows(.invalidArgument, "a lease of no time") {
                try await store.consume(as: "mailer", lease: .zero) { _ in }
            }
            for (count, index) in [(0, 0), (4, 4), (4, -1), (.max, 0)] {
                try await bench.expectThrows(.invalidArgument, "share \(index) of \(count)") {
                    try await store.consume(as: "mailer", share: .of(count, index: index)) { _ in }
                }
            }
            try await bench.equal(store.read { try $0.checkpoints(beginningWith: "") }, [], "checkpoints")
        },
    ]
}
