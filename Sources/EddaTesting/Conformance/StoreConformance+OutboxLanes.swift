internal import EddaCore

extension StoreConformance {
    // guarantees: G9
    static let outboxLanes: [ConformanceCase] = [
        ConformanceCase("outbox lanes: holding a message holds those behind it, and no others") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "other", "3"])
            let elsewhere = try await store.write { try $0.enqueue(.sample("elsewhere", to: "shipping")) }
            let due = bench.time.now().advanced(by: .seconds(5))
            try await store.write { try $0.hold(sequences[1], attempts: 2, due: due, reason: "down") }
            let rows = try await store.read { try $0.outbox(after: 0, limit: 10) }
            try bench.equal(
                rows.map(\.state),
                [
                    .ready, .held(attempts: 2, due: due, reason: "down"), .ready,
                    .held(attempts: 0, due: nil, reason: nil), .ready,
                ],
                "states"
            )
            let ready = try await store.read { transaction in
                try transaction.readyMessages(after: 0, limit: 10).map { ($0.row.sequence, $0.isBlocked) }
            }
            try bench.equal(ready.map(\.0), [sequences[0], sequences[2], elsewhere], "ready messages")
            try bench.equal(ready.map(\.1), [true, false, false], "which of them are blocked")
        },
        ConformanceCase("outbox lanes: a message that comes later is reported as blocked and can be held") { bench in
            let (store, sequences) = try await filled(bench, ["1"])
            let due = bench.time.now().advanced(by: .seconds(5))
            try await store.write { try $0.hold(sequences[0], attempts: 1, due: due, reason: "down") }
            let second = try await store.write { try $0.enqueue(.sample("2")) }
            let ready = try await store.read { transaction in
                try transaction.readyMessages(after: 0, limit: 10).map { ($0.row.sequence, $0.isBlocked) }
            }
            try bench.equal(ready.map(\.0), [second], "ready messages")
            try bench.equal(ready.map(\.1), [true], "blocked")
            try await store.write { try $0.hold(second, attempts: 0, due: nil, reason: nil) }
            let left = try await store.read { try $0.readyMessages(after: 0, limit: 10).count }
            try bench.equal(left, 0, "ready messages after holding")
            let later = due.advanced(by: .seconds(3_600))
            let found = try await store.read { try $0.dueMessages(at: later, limit: 10).map(\.sequence) }
            try bench.equal(found, sequences, "due messages")
        },
        ConformanceCase("outbox lanes: holding again counts the tries and moves the time") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2"])
            let due = bench.time.now().advanced(by: .seconds(5))
            let later = due.advanced(by: .seconds(5))
            try await store.write { try $0.hold(sequences[0], attempts: 1, due: due, reason: "down") }
            try await store.write { try $0.hold(sequences[0], attempts: 2, due: later, reason: "still down") }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [
                    .held(attempts: 2, due: later, reason: "still down"), .held(attempts: 0, due: nil, reason: nil),
                ],
                "states"
            )
            try await bench.equal(store.read { try $0.nextDueMessage() }, Optional(later), "the next one")
        },
        ConformanceCase("outbox lanes: once a held message is sent the next one comes due at once") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "3"])
            let due = bench.time.now().advanced(by: .seconds(5))
            try await store.write { try $0.hold(sequences[0], attempts: 1, due: due, reason: "down") }
            for index in 0..<3 {
                bench.time.advance(by: .seconds(5))
                let now = bench.time.now()
                let found = try await store.read { try $0.dueMessages(at: now, limit: 10).map(\.sequence) }
                try bench.equal(found, [sequences[index]], "due in round \(index)")
                try await store.write { try $0.removeFromOutbox([sequences[index]]) }
                guard index < 2 else { continue }
                let next = try await store.read { try $0.outbox(after: 0, limit: 1).map(\.state) }
                try bench.equal(next, [.held(attempts: 0, due: now, reason: nil)], "the next one in round \(index)")
            }
            let fresh = try await store.write { try $0.enqueue(.sample("4")) }
            let ready = try await store.read { transaction in
                try transaction.readyMessages(after: 0, limit: 10).map { ($0.row.sequence, $0.isBlocked) }
            }
            try bench.equal(ready.map(\.0), [fresh], "ready messages when the lane is free")
            try bench.equal(ready.map(\.1), [false], "blocked when the lane is free")
        },
        ConformanceCase("outbox lanes: a message that is held behind nothing comes due at once") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "3"])
            let now = bench.time.now()
            try await store.write { transaction in
                try transaction.removeFromOutbox([sequences[0]])
                for sequence in sequences.dropFirst() {
                    try transaction.hold(sequence, attempts: 0, due: nil, reason: nil)
                }
            }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [.held(attempts: 0, due: now, reason: nil), .held(attempts: 0, due: nil, reason: nil)],
                "states"
            )
        },
        ConformanceCase("outbox lanes: the removal of a follower leaves the first one its time") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "3"])
            let due = bench.time.now().advanced(by: .seconds(5))
            try await store.write { try $0.hold(sequences[0], attempts: 1, due: due, reason: "down") }
            try await store.write { try $0.removeFromOutbox([sequences[1]]) }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [.held(attempts: 1, due: due, reason: "down"), .held(attempts: 0, due: nil, reason: nil)],
                "states"
            )
        },
        ConformanceCase("outbox lanes: several sent at once make the first of the rest due") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "3", "4"])
            let now = bench.time.now()
            try await store.write { try $0.hold(sequences[0], attempts: 1, due: now, reason: "down") }
            try await store.write { try $0.removeFromOutbox([sequences[0], sequences[1]]) }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [.held(attempts: 0, due: now, reason: nil), .held(attempts: 0, due: nil, reason: nil)],
                "states"
            )
        },
        ConformanceCase("outbox lanes: those behind a dead letter stay held") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "other"])
            let due = bench.time.now().advanced(by: .seconds(5))
            try await store.write { try $0.hold(sequences[0], attempts: 1, due: due, reason: "down") }
            try await store.write { try $0.markDead(sequences[0], attempts: 9, reason: "gone") }
            let rows = try await store.read { try $0.outbox(after: 0, limit: 10) }
            try bench.equal(
                rows.map(\.state),
                [.dead(attempts: 9, reason: "gone"), .held(attempts: 0, due: nil, reason: nil), .ready],
                "states"
            )
            try await bench.equal(store.read { try $0.nextDueMessage() }, nil, "the next one")
            let third = try await store.write { try $0.enqueue(.sample("3")) }
            let ready = try await store.read { transaction in
                try transaction.readyMessages(after: 0, limit: 10).map { ($0.row.sequence, $0.isBlocked) }
            }
            try bench.equal(ready.map(\.0), [sequences[2], third], "ready messages")
            try bench.equal(ready.map(\.1), [false, true], "which of them are blocked")
        },
        ConformanceCase("outbox lanes: giving a ready message up holds those behind it, and no others") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "other", "3"])
            try await store.write { try $0.markDead(sequences[1], attempts: 1, reason: "gone") }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [.ready, .dead(attempts: 1, reason: "gone"), .ready, .held(attempts: 0, due: nil, reason: nil)],
                "states"
            )
        },
        ConformanceCase("outbox lanes: a dead letter is neither held nor given up again") { bench in
            let (store, sequences) = try await filled(bench, ["1"])
            try await store.write { try $0.markDead(sequences[0], attempts: 9, reason: "gone") }
            try await bench.expectThrows(.invalidArgument, "holding") {
                try await store.write { try $0.hold(sequences[0], attempts: 1, due: $0.now, reason: "down") }
            }
            try await bench.expectThrows(.invalidArgument, "giving up") {
                try await store.write { try $0.markDead(sequences[0], attempts: 10, reason: "again") }
            }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(states, [.dead(attempts: 9, reason: "gone")], "states")
        },
        ConformanceCase("outbox lanes: a dead letter that is to be tried again comes due at once") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2"])
            try await store.write { try $0.markDead(sequences[0], attempts: 9, reason: "gone") }
            let now = bench.time.now()
            try await store.write { try $0.retryDeadLetter(sequences[0]) }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [.held(attempts: 0, due: now, reason: nil), .held(attempts: 0, due: nil, reason: nil)],
                "states"
            )
            try await bench.expectThrows(.invalidArgument, "trying again what was not given up") {
                try await store.write { try $0.retryDeadLetter(sequences[0]) }
            }
        },
        ConformanceCase("outbox lanes: a dead letter that is to be tried again does not overtake a ready message") {
            bench in
            let (store, sequences) = try await filled(bench, ["1", "other", "2"])
            try await store.write { transaction in
                try transaction.markDead(sequences[2], attempts: 1, reason: "gone")
                try transaction.retryDeadLetter(sequences[2])
            }
            let now = bench.time.now()
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [.held(attempts: 0, due: now, reason: nil), .ready, .held(attempts: 0, due: nil, reason: nil)],
                "states"
            )
        },
        ConformanceCase("outbox lanes: a dead letter that is to be tried again does not overtake a held message") {
            bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "3"])
            let due = bench.time.now().advanced(by: .seconds(5))
            try await store.write { transaction in
                try transaction.hold(sequences[0], attempts: 1, due: due, reason: "down")
                try transaction.markDead(sequences[1], attempts: 9, reason: "gone")
                try transaction.retryDeadLetter(sequences[1])
            }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [
                    .held(attempts: 1, due: due, reason: "down"), .held(attempts: 0, due: nil, reason: nil),
                    .held(attempts: 0, due: nil, reason: nil),
                ],
                "states"
            )
        },
        ConformanceCase("outbox lanes: a dead letter in between keeps the next one from coming due") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "3"])
            let now = bench.time.now()
            try await store.write { try $0.hold(sequences[0], attempts: 1, due: now, reason: "down") }
            try await store.write { try $0.markDead(sequences[1], attempts: 1, reason: "gone") }
            try await store.write { try $0.removeFromOutbox([sequences[0]]) }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [.dead(attempts: 1, reason: "gone"), .held(attempts: 0, due: nil, reason: nil)],
                "states"
            )
        },
        ConformanceCase("outbox lanes: once a dead letter is removed the next one comes due at once") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "3"])
            let due = bench.time.now().advanced(by: .seconds(5))
            try await store.write { transaction in
                try transaction.hold(sequences[0], attempts: 1, due: due, reason: "down")
                try transaction.markDead(sequences[0], attempts: 9, reason: "gone")
            }
            bench.time.advance(by: .seconds(60))
            let now = bench.time.now()
            try await store.write { try $0.removeFromOutbox([sequences[0]]) }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [.held(attempts: 0, due: now, reason: nil), .held(attempts: 0, due: nil, reason: nil)],
                "states"
            )
            let found = try await store.read { try $0.dueMessages(at: now, limit: 10).map(\.sequence) }
            try bench.equal(found, [sequences[1]], "due messages")
        },
        ConformanceCase("outbox lanes: a dead letter behind the next one is no obstacle") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "3"])
            let now = bench.time.now()
            try await store.write { try $0.hold(sequences[0], attempts: 1, due: now, reason: "down") }
            try await store.write { try $0.markDead(sequences[2], attempts: 1, reason: "gone") }
            try await store.write { try $0.removeFromOutbox([sequences[0]]) }
            let states = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.state) }
            try bench.equal(
                states,
                [.held(attempts: 0, due: now, reason: nil), .dead(attempts: 1, reason: "gone")],
                "states"
            )
        },
        ConformanceCase("outbox lanes: held and dead messages are there after reopening") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "other"])
            let due = bench.time.now().advanced(by: .seconds(5))
            try await store.write { transaction in
                try transaction.hold(sequences[0], attempts: 1, due: due, reason: "down")
                try transaction.markDead(sequences[2], attempts: 4, reason: "gone")
            }
            let rows = try await store.read { try $0.outbox(after: 0, limit: 10) }
            try await bench.reopened { store in
                let found = try await store.read { try $0.outbox(after: 0, limit: 10) }
                try bench.equal(found, rows, "rows")
                try await bench.equal(store.read { try $0.nextDueMessage() }, Optional(due), "the next one")
            }
        },
    ]
}
