internal import EddaCore

extension StoreConformance {
    static let checkpoints: [ConformanceCase] = [
        ConformanceCase("checkpoints: begin at the start, move either way, each by itself") { bench in
            let store = bench.store
            let first = try await store.read { try $0.checkpoint("a") }
            try bench.equal(first, .start, "an unknown checkpoint")
            for value in [5, 9, 2, 0, 7] as [Int64] {
                try await store.write { try $0.setCheckpoint("a", to: Position(value)) }
                let found = try await store.read { (try $0.checkpoint("a"), try $0.checkpoint("b")) }
                try bench.equal(found.0, Position(value), "the checkpoint")
                try bench.equal(found.1, .start, "another checkpoint")
            }
            try await bench.reopened { store in
                let found = try await store.read { try $0.checkpoint("a") }
                try bench.equal(found, Position(7), "the checkpoint after reopening")
            }
        }
    ]

    // guarantees: G8
    static let inbox: [ConformanceCase] = [
        ConformanceCase("inbox: every outcome comes back") { bench in
            let store = bench.store
            let states: [InboxEntry.State] = [
                .done(.succeeded([])), .done(.succeeded([0, 255])), .done(.rejected(Rejection("stock.insufficient"))),
                .done(.rejected(Rejection("stock.insufficient", "only 2 are left"))),
                .done(.failed(reason: "down", isRetriable: true)), .done(.failed(reason: "gone", isRetriable: false)),
                .done(.expired(reason: "late")), .tombstone,
                .started(.sample("begun")), .unresolved(.sample("called"), reason: "the bank does not answer"),
            ]
            let entries = states.enumerated()
                .map { index, state in
                    InboxEntry(
                        consumer: "inventory",
                        key: "key-\(index)",
                        state: state,
                        recordedAt: Timestamp(microseconds: Int64(index))
                    )
                }
            try await store.write { transaction in
                for entry in entries { try transaction.recordInbox(entry) }
            }
            for entry in entries {
                let found = try await store.read { try $0.inboxEntry(consumer: "inventory", key: entry.key) }
                try bench.equal(found, entry, "the entry \(entry.key)")
            }
            try await bench.reopened { store in
                for entry in entries {
                    let found = try await store.read { try $0.inboxEntry(consumer: "inventory", key: entry.key) }
                    try bench.equal(found, entry, "the entry \(entry.key) after reopening")
                }
            }
        },
        ConformanceCase("inbox: consumers are apart and an entry is replaced") { bench in
            let store = bench.store
            let time = bench.time.now().wall
            let tombstone = InboxEntry(consumer: "a", key: "k", state: .tombstone, recordedAt: time)
            let done = InboxEntry(consumer: "a", key: "k", state: .done(.succeeded([1])), recordedAt: time)
            try await store.write { try $0.recordInbox(tombstone) }
            let others = try await store.read {
                [try $0.inboxEntry(consumer: "b", key: "k"), try $0.inboxEntry(consumer: "a", key: "K")]
            }
            try bench.equal(others, [nil, nil], "entries of others")
            try await store.write { try $0.recordInbox(done) }
            let found = try await store.read { try $0.inboxEntry(consumer: "a", key: "k") }
            try bench.equal(found, done, "the replaced entry")
        },
        ConformanceCase("inbox: messages that were begun are found in order until they have an outcome") { bench in
            let store = bench.store
            let time = bench.time.now().wall
            @Sendable func entry(_ consumer: String, _ key: String, _ state: InboxEntry.State) -> InboxEntry {
                InboxEntry(consumer: consumer, key: key, state: state, recordedAt: time)
            }
            let open = [
                entry("a", "1", .started(.sample("1"))), entry("a", "2", .unresolved(.sample("2"), reason: "lost")),
                entry("b", "1", .started(.sample("3"))), entry("b", "\u{E9}", .started(.sample("4"))),
            ]
            try await store.write { transaction in
                for entry in open.reversed() { try transaction.recordInbox(entry) }
                try transaction.recordInbox(entry("a", "0", .tombstone))
                try transaction.recordInbox(entry("a", "3", .done(.succeeded([]))))
            }
            try await bench.equal(store.read { try $0.openInboxEntries(after: nil, limit: 9) }, open, "all of them")
            var page = try await store.read { try $0.openInboxEntries(after: nil, limit: 3) }
            try bench.equal(page, Array(open.prefix(3)), "the first page")
            let last = page[2].place
            page = try await store.read { try $0.openInboxEntries(after: last, limit: 3) }
            try bench.equal(page, [open[3]], "the second page")
            page = try await store.read { try $0.openInboxEntries(after: .init(consumer: "b"), limit: 1) }
            try bench.equal(page, [open[2]], "the first of one consumer")
            try await bench.expectThrows(.invalidArgument, "a negative limit") {
                _ = try await store.read { try $0.openInboxEntries(after: nil, limit: -1) }
            }
            try await store.write { transaction in
                try transaction.recordInbox(entry("a", "1", .done(.succeeded([]))))
                try transaction.recordInbox(entry("b", "1", .unresolved(.sample("3"), reason: "again")))
            }
            let left = try await store.read { try $0.openInboxEntries(after: nil, limit: 9).map(\.state) }
            let expected = [open[1].state, .unresolved(.sample("3"), reason: "again"), open[3].state]
            try bench.equal(left, expected, "those without an outcome")
        },
        ConformanceCase("inbox: what was begun and goes on is not forgotten") { bench in
            let store = bench.store
            var asking = Message.sample("2")
            asking.replyTo = "orders"
            var quiet = Message.sample("3")
            quiet.subject = "\"replyto\":\"nobody\""
            let states: [InboxEntry.State] = [
                .started(.sample("1")), .unresolved(asking, reason: "lost"), .done(.succeeded([])), .tombstone,
                .unresolved(quiet, reason: "nobody was told"),
            ]
            try await store.write { transaction in
                for (index, state) in states.enumerated() {
                    let time = Timestamp(microseconds: Int64(index))
                    try transaction.recordInbox(
                        InboxEntry(consumer: "c", key: "\(index)", state: state, recordedAt: time)
                    )
                }
            }
            let count = try await store.write { try $0.forgetInbox(before: Timestamp(microseconds: 9), limit: 9) }
            try bench.equal(count, 3, "how many were forgotten")
            let left = try await store.read { try $0.openInboxEntries(after: nil, limit: 9).map(\.state) }
            try bench.equal(left, [states[0], states[4]], "the one that goes on, and the one that nobody was told of")
        },
        ConformanceCase("inbox: old entries are forgotten in pages") { bench in
            let store = bench.store
            try await store.write { transaction in
                for index in 0..<10 {
                    try transaction.recordInbox(
                        InboxEntry(
                            consumer: "c",
                            key: "\(index)",
                            state: .tombstone,
                            recordedAt: Timestamp(microseconds: Int64(index))
                        )
                    )
                }
            }
            let limit = Timestamp(microseconds: 6)
            var counts: [Int] = []
            for _ in 0..<3 { counts.append(try await store.write { try $0.forgetInbox(before: limit, limit: 4) }) }
            try bench.equal(counts, [4, 2, 0], "how many were forgotten")
            let left = try await store.read { transaction in
                try (0..<10).filter { try transaction.inboxEntry(consumer: "c", key: "\($0)") != nil }
            }
            try bench.equal(left, [6, 7, 8, 9], "entries that are left")
            try await bench.expectThrows(.invalidArgument, "a negative limit") {
                _ = try await store.write { try $0.forgetInbox(before: limit, limit: -1) }
            }
        },
    ]
}
