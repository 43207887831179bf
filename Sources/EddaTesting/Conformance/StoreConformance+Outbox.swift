internal import EddaCore

extension StoreConformance {
    // guarantees: G7, G9
    static let outbox: [ConformanceCase] = [
        ConformanceCase("outbox: messages come in the order of commits, in pages") { bench in
            let store = bench.store
            var sequences: [Int64] = []
            for index in 0..<7 {
                sequences.append(try await store.write { try $0.enqueue(.sample("\(index)", key: "\(index % 3)")) })
            }
            try bench.expect(sequences == sequences.sorted(), "the places do not rise: \(sequences)")
            try bench.equal(Set(sequences).count, 7, "different places")
            var found: [Int64] = []
            while true {
                let after = found.last ?? 0
                let page = try await store.read { transaction in
                    try transaction.readyMessages(after: after, limit: 3).map(\.row.sequence)
                }
                found += page
                if page.count < 3 { break }
            }
            try bench.equal(found, sequences, "ready messages in pages of 3")
            let rows = try await store.read { try $0.outbox(after: 0, limit: 100) }
            try bench.equal(rows.map(\.message.id), (0..<7).map(String.init), "messages")
            try bench.equal(rows.map(\.sequence), sequences, "places")
        },
        ConformanceCase("outbox: everything about a message comes back") { bench in
            let store = bench.store
            var message = Message.sample("1")
            message.subject = "order 1"
            message.dataContentType = "application/json"
            message.dataSchema = "https://example.com/schema"
            message.traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            message.traceState = "vendor=x"
            message.correlationID = "größe"
            message.causationID = "cause"
            message.replyTo = "orders"
            message.deadline = Timestamp(microseconds: 1_900_000_000_000_001)
            message.compensates = "key-0"
            message.isWithdrawal = true
            message.firstSent = Timestamp(microseconds: 1_700_000_000_000_000)
            message.outcome = "succeeded"
            message.data = [0, 1, 254, 255]
            let messages = [message, Message.sample("2")]
            try await store.write { transaction in
                for message in messages { try transaction.enqueue(message) }
            }
            let found = try await store.read { try $0.outbox(after: 0, limit: 10).map(\.message) }
            try bench.equal(found, messages, "messages")
            try await bench.reopened { store in
                let found = try await store.read { try $0.readyMessages(after: 0, limit: 10).map(\.row.message) }
                try bench.equal(found, messages, "messages after reopening")
            }
        },
        ConformanceCase("outbox: a message that could not be read again is refused by name") { bench in
            let store = bench.store
            let never = Timestamp(microseconds: .max)
            let broken: [(String, (inout Message) -> Void)] = [
                ("source", { $0.source = "" }),
                ("idempotencykey", { $0.idempotencyKey = "" }),
                ("type", { $0.type = MessageType(unchecked: "") }),
                ("destination", { $0.destination = Address(unchecked: "a\nb") }),
                ("time", { $0.time = never }),
                ("replyto", { $0.replyTo = Address(unchecked: String(repeating: "x", count: 256)) }),
                ("deadline", { $0.deadline = never }),
                ("firstsent", { $0.firstSent = Timestamp(microseconds: .min) }),
            ]
            for (attribute, spoil) in broken {
                var message = Message.sample("broken")
                spoil(&message)
                let refused = message
                do {
                    try await store.write { transaction in
                        try transaction.append(Append([.sample("a-1")]))
                        try transaction.enqueue(refused)
                    }
                    throw bench.fail("a message with a broken \(attribute) was taken")
                } catch let error as StoreError {
                    try bench.equal(error.code, .invalidArgument, "code for \(attribute)")
                    try bench.expect(error.description.contains(attribute), "\(attribute) is not named: \(error)")
                    try bench.expect(error.description.contains("broken"), "the message is not named: \(error)")
                }
            }
            try await bench.equal(store.head(), .start, "head")
            try await bench.equal(store.read { try $0.outbox(after: 0, limit: 9) }, [], "outbox")
            var message = Message.sample("far")
            message.deadline = message.time + .seconds(Int64.max)
            message.subject = "\u{0}\u{1F}\"\\ \u{7F}\u{2028}"
            let sound = message
            try await store.write { _ = try $0.enqueue(sound) }
            try await bench.equal(store.read { try $0.outbox(after: 0, limit: 9).map(\.message) }, [sound], "outbox")
        },
        ConformanceCase("outbox: places are not reused after removal") { bench in
            let store = bench.store
            let first = try await store.write { try $0.enqueue(.sample("1")) }
            try await store.write { try $0.removeFromOutbox([first]) }
            let second = try await store.write { try $0.enqueue(.sample("2")) }
            try bench.expect(second > first, "place \(first) was followed by \(second)")
        },
        ConformanceCase("outbox: sent messages leave and the others stay as they are") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "3"])
            try await store.write { try $0.removeFromOutbox([sequences[0], sequences[2]]) }
            try await store.write { try $0.removeFromOutbox([sequences[0], 1_000_000]) }
            let rows = try await store.read { try $0.outbox(after: 0, limit: 10) }
            try bench.equal(rows.map(\.message.id), ["2"], "messages")
            try bench.equal(rows.map(\.state), [.ready], "states")
        },
        ConformanceCase("outbox: counts by state") { bench in
            let (store, sequences) = try await filled(bench, ["1", "2", "3", "other"])
            try await store.write { transaction in
                try transaction.hold(sequences[0], attempts: 1, due: transaction.now, reason: "down")
                try transaction.markDead(sequences[1], attempts: 3, reason: "gone")
            }
            let counts = try await store.read { try $0.outboxCounts() }
            try bench.equal(counts, OutboxCounts(ready: 1, held: 2, dead: 1), "counts")
        },
        ConformanceCase("outbox: a held message comes due on the clock that only runs forward") { bench in
            let (store, sequences) = try await filled(bench, ["1", "other"])
            let start = bench.time.now()
            let later = start.advanced(by: .seconds(20))
            let sooner = start.advanced(by: .seconds(10))
            try await store.write { transaction in
                try transaction.hold(sequences[0], attempts: 1, due: later, reason: "down")
                try transaction.hold(sequences[1], attempts: 1, due: sooner, reason: "down")
            }
            @Sendable func due() async throws -> [String] {
                try await store.read { transaction in
                    try transaction.dueMessages(at: transaction.now, limit: 10).map(\.message.id)
                }
            }
            try await bench.equal(store.read { try $0.nextDueMessage() }, Optional(sooner), "the next one")
            bench.time.setWall(to: start.wall + .seconds(3_600))
            try await bench.equal(due(), [], "due after a jump of the wall clock")
            bench.time.advance(by: .seconds(10))
            try await bench.equal(due(), ["other"], "due after 10 seconds")
            bench.time.advance(by: .seconds(10))
            try await bench.equal(due(), ["other", "1"], "due after 20 seconds")
            let first = try await store.read { try $0.dueMessages(at: $0.now, limit: 1).map(\.message.id) }
            try bench.equal(first, ["other"], "the first one due")
        },
        ConformanceCase("outbox: across a reboot the wall clock decides") { bench in
            let (store, sequences) = try await filled(bench, ["1"])
            let due = bench.time.now().advanced(by: .seconds(60))
            try await store.write { try $0.hold(sequences[0], attempts: 1, due: due, reason: "down") }
            bench.time.reboot()
            bench.time.advance(by: .seconds(59))
            let early = try await store.read { try $0.dueMessages(at: $0.now, limit: 10).count }
            bench.time.advance(by: .seconds(1))
            let late = try await store.read { try $0.dueMessages(at: $0.now, limit: 10).count }
            try bench.equal([early, late], [0, 1], "due before and at the time")
        },
        ConformanceCase("outbox: what is not there cannot be held, given up or tried again") { bench in
            let store = bench.store
            try await bench.expectThrows(.notFound, "holding") {
                try await store.write { try $0.hold(7, attempts: 1, due: nil, reason: nil) }
            }
            try await bench.expectThrows(.notFound, "giving up") {
                try await store.write { try $0.markDead(7, attempts: 1, reason: "gone") }
            }
            try await bench.expectThrows(.notFound, "trying again") {
                try await store.write { try $0.retryDeadLetter(7) }
            }
        },
    ]

    /// A store with messages of one lane; one named "other" is in a lane of its own.
    @Sendable static func filled(_ bench: ConformanceBench, _ ids: [String]) async throws -> (any Store, [Int64]) {
        let sequences = try await bench.store.write { transaction in
            try ids.map { id in
                try transaction.enqueue(.sample(id, key: id.hasPrefix("other") ? "order-2" : "order-1"))
            }
        }
        return (bench.store, sequences)
    }
}
