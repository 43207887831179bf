internal import EddaCore

extension StoreConformance {
    // acceptance: 19
    // guarantees: G5
    static let subscriptions: [ConformanceCase] = [
        ConformanceCase("subscriptions: catch up, then live, each event once and in order") { bench in
            let store = bench.store
            try await store.appendSamples(50, to: "a-1")
            let total = 50 + 4 * 25
            let found = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        for _ in 0..<25 { try await store.appendSamples(1, to: StreamID(unchecked: "w-\(writer)")) }
                        return []
                    }
                }
                group.addTask {
                    var positions: [Int64] = []
                    for try await event in store.subscribe(pageSize: 7) {
                        positions.append(event.position.value)
                        if positions.count == total { break }
                    }
                    return positions
                }
                return try await group.reduce([], +)
            }
            try bench.equal(found, Array(1...Int64(total)), "positions")
        },
        ConformanceCase("subscriptions: begin after a position and pass over what does not match") { bench in
            let store = bench.store
            for index in 1...9 {
                let type: EventType = index % 3 == 0 ? "third" : "other"
                _ = try await store.append(Append([.sample("a-1", "\(index)", type: type)]))
            }
            _ = try await store.append(Append([.sample("a-1", "10", type: "other")]))
            var events = store.subscribe(to: EventQuery(types: ["third"]), after: Position(3), pageSize: 5)
                .makeAsyncIterator()
            try await bench.equal(events.next()?.text, "6", "the first event")
            try await bench.equal(events.next()?.text, "9", "the second event")
            try bench.equal(events.position, Position(10), "the position that a consumer keeps")
        },
        ConformanceCase("subscriptions: a commit wakes the subscriber") { bench in
            let store = bench.store
            var events = store.subscribe().makeAsyncIterator()
            for index in 1...3 {
                async let appended = store.appendSamples(1, to: "a-1")
                let event = try await events.next()
                _ = try await appended
                try bench.equal(event?.position, Position(Int64(index)), "position")
            }
        },
        ConformanceCase("subscriptions: cancelling the task ends the waiting") { bench in
            let store = bench.store
            try await store.appendSamples(1, to: "a-1")
            let (isCaughtUp, caughtUp) = AsyncStream.makeStream(of: Void.self)
            let wasCancelled = await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        for try await _ in store.subscribe() { caughtUp.yield() }
                        return false
                    } catch is CancellationError {
                        return true
                    } catch {
                        return false
                    }
                }
                for await _ in isCaughtUp { break }
                group.cancelAll()
                return await group.next() ?? false
            }
            try bench.expect(wasCancelled, "the subscription did not end in a CancellationError")
        },
        ConformanceCase("subscriptions: closing the store ends them with an error") { bench in
            let store = bench.store
            try await store.appendSamples(1, to: "a-1")
            let (isCaughtUp, caughtUp) = AsyncStream.makeStream(of: Void.self)
            let code = await withTaskGroup(of: StoreError.Code?.self) { group in
                group.addTask {
                    do {
                        for try await _ in store.subscribe() { caughtUp.yield() }
                        return nil
                    } catch {
                        return (error as? StoreError)?.code
                    }
                }
                for await _ in isCaughtUp { break }
                await store.close()
                return await group.next() ?? nil
            }
            try bench.equal(code, .closed, "the code of the error")
        },
    ]

    static let signals: [ConformanceCase] = [
        ConformanceCase("signals: each kind of commit raises its signal") { bench in
            let store = bench.store
            let signals = store.signals
            let due = bench.time.now()
            var seen = signals.events.count
            try await store.appendSamples(1, to: "a-1")
            try await bench.expectRaised(signals.events, past: seen, "an append")
            seen = signals.outbox.count
            let sequence = try await store.write { try $0.enqueue(.sample("1")) }
            try await bench.expectRaised(signals.outbox, past: seen, "a message")
            seen = signals.outbox.count
            try await store.write { try $0.hold(sequence, attempts: 1, due: due, reason: nil) }
            try await bench.expectRaised(signals.outbox, past: seen, "holding a message")
            seen = signals.outbox.count
            try await store.write { try $0.removeFromOutbox([sequence]) }
            try await bench.expectRaised(signals.outbox, past: seen, "removing a message")
            seen = signals.timers.count
            try await store.write { try $0.setTimer(TimerRow(owner: "o", key: "k", due: due)) }
            try await bench.expectRaised(signals.timers, past: seen, "a timer")
            seen = signals.projections.count
            try await store.write { try $0.putProjection(.sample("view", build: 1)) }
            try await bench.expectRaised(signals.projections, past: seen, "a projection")
        }
    ]
}
