internal import EddaCore

extension StoreConformance {
    // acceptance: 20; guarantees: G5, G13
    static let exclusive: [ConformanceCase] = [
        ConformanceCase("exclusive consumers: the next one takes over at once when the first one ends") { bench in
            let store = bench.store
            try await store.appendSamples(5, to: "a-1")
            let (first, second, total) = (Handled(), Handled(), Handled())
            let waiting = Signal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await bench.during {
                        try await store.consume(as: "mailer", lease: .seconds(8)) {
                            first.add($0)
                            total.add($0)
                        }
                    } _: {
                        try await first.wait(for: 5)
                        try await waiting.wait(past: 0)
                    }
                }
                group.addTask {
                    try await first.wait(for: 5)
                    let other = ObservedStore(store, time: ManualTime())
                    try await bench.during {
                        try await other.consume(as: "mailer", lease: .seconds(8)) {
                            second.add($0)
                            total.add($0)
                        }
                    } _: {
                        // It looks, finds the lease held, and sleeps until the next look.
                        await (other.time as? ManualTime)?.waitForSleepers(1)
                        waiting.raise()
                        try await store.appendSamples(1, to: "a-1")
                        try await total.wait(for: 6)
                        try await other.wait(for: "mailer", at: Position(6))
                    }
                }
                try await group.waitForAll()
            }
            try bench.equal(first.positions + second.positions, Array(1...6), "what both handled")
            try await bench.equal(
                store.read { try $0.lease("mailer") }?.holder,
                nil,
                "the holder of the lease"
            )
        },
        ConformanceCase("exclusive consumers: a silent one is replaced, and changes nothing when it comes back") {
            bench in
            // Two handles with a clock each: the first one's stands still, as in a process that is paused.
            let first = ObservedStore(bench.store, time: ManualTime())
            let secondTime = ManualTime()
            let second = ObservedStore(bench.store, time: secondTime)
            try await bench.store.appendSamples(6, to: "a-1")
            let (pausing, resume) = (Signal(), Signal())
            let (early, late) = (Handled(), Handled())
            try await bench.during {
                try await first.consume(as: "mailer", lease: .seconds(8), batchSize: 3) { events in
                    early.add(events)
                    guard events.contains(where: { $0.position == Position(4) }) else { return }
                    pausing.raise()
                    // Whatever the handler does when it is cancelled: here it goes on, as a paused process would.
                    _ = try? await resume.wait(past: 0)
                }
            } _: {
                try await pausing.wait(past: 0)
                try await bench.during {
                    try await second.consume(as: "mailer", lease: .seconds(8), batchSize: 2) { late.add($0) }
                } _: {
                    // Its clock has to run for a whole lease before it takes over.
                    for _ in 0..<4 {
                        await secondTime.waitForSleepers(1)
                        try bench.equal(late.all.count, 0, "what the second one handled before its time")
                        secondTime.advance(by: .seconds(2))
                    }
                    try await late.wait(for: 3)
                    try await second.wait(for: "mailer", at: Position(6))
                    let taken = try bench.some(try await bench.store.read { try $0.lease("mailer") }, "the lease")
                    try bench.equal(taken.epoch, 2, "the epoch")
                    resume.raise()
                    try await first.waitForLostLease()
                    let after = try await bench.store.read { (try $0.lease("mailer"), try $0.checkpoint("mailer")) }
                    try bench.equal(after.0?.holder, taken.holder, "the holder after the first one came back")
                    try bench.equal(after.0?.epoch, 2, "the epoch after the first one came back")
                    try bench.equal(after.1, Position(6), "the checkpoint after the first one came back")
                }
                // The second one has given the lease back: the first one goes on from where the second one stopped.
                try await bench.store.appendSamples(1, to: "a-1")
                try await early.wait(for: 7)
            }
            try bench.equal(early.positions, [1, 2, 3, 4, 5, 6, 7], "what the first one handled")
            try bench.equal(late.positions, [4, 5, 6], "what the second one handled: the batch in hand came again")
        },
        ConformanceCase("exclusive consumers: one that handles for long beats, and keeps its lease") { bench in
            let (firstTime, secondTime) = (ManualTime(), ManualTime())
            let first = ObservedStore(bench.store, time: firstTime)
            let second = ObservedStore(bench.store, time: secondTime)
            try await bench.store.appendSamples(1, to: "a-1")
            let (begun, finish) = (Signal(), Signal())
            let (handled, others) = (Handled(), Handled())
            try await bench.during {
                try await first.consume(as: "mailer", lease: .seconds(8)) { events in
                    begun.raise()
                    try await finish.wait(past: 0)
                    handled.add(events)
                }
            } _: {
                try await begun.wait(past: 0)
                try await bench.during {
                    try await second.consume(as: "mailer", lease: .seconds(8)) { others.add($0) }
                } _: {
                    for round in 1...12 {
                        await firstTime.waitForSleepers(1)
                        await secondTime.waitForSleepers(1)
                        let seen = first.written.count
                        firstTime.advance(by: .seconds(2))
                        try await first.written.wait(past: seen)
                        let lease = try await bench.store.read { try $0.lease("mailer") }
                        try bench.expect(lease?.epoch == 1 && lease?.beat ?? 0 >= Int64(round), "no beat in \(round)")
                        secondTime.advance(by: .seconds(2))
                    }
                    try bench.equal(others.all.count, 0, "what the second one handled")
                }
                finish.raise()
                try await handled.wait(for: 1)
            }
            try await bench.equal(bench.store.read { try $0.checkpoint("mailer") }, Position(1), "the checkpoint")
        },
    ]
}
