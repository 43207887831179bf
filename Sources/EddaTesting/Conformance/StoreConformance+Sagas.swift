internal import EddaCore

extension StoreConformance {
    // acceptance: 33
    // guarantees: G13
    static let sagas: [ConformanceCase] = [
        ConformanceCase("sagas: everything about a row comes back") { bench in
            let store = bench.store
            var record = SagaRecord.sample("order-größe")
            record.reason = "stock.insufficient"
            record.correlationID = "request-1"
            record.planVersion = 3
            record.instance = [0, 255, 1]
            var ended = SagaRecord.sample("order-2", status: .completed)
            ended.step = nil
            ended.instance = []
            ended.deadline = Timestamp(microseconds: 3)
            ended.attributes = ["customer": "größe \"1\"", "empty": ""]
            let records = [ended, record]
            try await store.write { transaction in
                for record in records { try transaction.putSaga(record) }
            }
            try await bench.equal(store.read { try $0.saga("order-größe") }, Optional(record), "row")
            try await bench.equal(store.read { try $0.saga("order-3") }, nil, "an unknown saga")
            try await bench.equal(store.read { try $0.sagas(SagaFilter()) }, records, "rows")
            try await bench.reopened { store in
                try await bench.equal(store.read { try $0.sagas(SagaFilter()) }, records, "rows after reopening")
            }
        },
        ConformanceCase("sagas: every write names the revision that it read") { bench in
            let store = bench.store
            for revision in [0, 2, -1] {
                try await bench.expectThrows(.staleWrite, "a new saga at revision \(revision)") {
                    try await store.write { try $0.putSaga(.sample("s", revision: revision)) }
                }
            }
            try await store.write { try $0.putSaga(.sample("s")) }
            try await store.write { try $0.putSaga(.sample("s", status: .compensating, revision: 2)) }
            for revision in [1, 2, 4] {
                try await bench.expectThrows(.staleWrite, "revision \(revision) after revision 2") {
                    try await store.write { try $0.putSaga(.sample("s", status: .parked, revision: revision)) }
                }
            }
            let found = try await store.read { try $0.saga("s") }
            try bench.equal(found, .sample("s", status: .compensating, revision: 2), "row")
        },
        ConformanceCase("sagas: an id belongs to one kind of saga") { bench in
            let store = bench.store
            try await store.write { try $0.putSaga(.sample("s")) }
            for revision in [1, 2] {
                try await bench.expectThrows(.sagaMismatch, "another name at revision \(revision)") {
                    try await store.write { try $0.putSaga(.sample("s", name: "other", revision: revision)) }
                }
            }
            try await bench.equal(store.read { try $0.saga("s")?.name }, "order.fulfil", "name")
        },
        ConformanceCase("sagas: before its start commits there is nothing, after it the same saga") { bench in
            let store = bench.store
            do {
                try await store.write { transaction in
                    try transaction.putSaga(.sample("s"))
                    _ = try transaction.append(Append(EventData.samples(1), to: "$saga-s"))
                    try transaction.enqueue(.sample("command"))
                    throw Abandoned()
                } as Void
            } catch is Abandoned {}
            let nothing = try await store.read { transaction in
                (try transaction.saga("s"), try transaction.head(), try transaction.outbox(after: 0, limit: 9))
            }
            try bench.equal(nothing.0, nil, "row")
            try bench.equal(nothing.1, .start, "head")
            try bench.equal(nothing.2, [], "outbox")
            let starts = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await store.write { transaction in
                            if try transaction.saga("s") != nil { return false }
                            try transaction.putSaga(.sample("s"))
                            try transaction.enqueue(.sample("command"))
                            return true
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            try bench.equal(starts, 1, "how many of 8 callers started it")
            try await bench.equal(store.read { try $0.outbox(after: 0, limit: 9).count }, 1, "messages")
        },
        ConformanceCase("sagas: lists by kind, by state, in pages") { bench in
            let store = bench.store
            let rows: [SagaRecord] = [
                .sample("a"), .sample("b", status: .parked), .sample("c", name: "other", status: .parked),
                .sample("B", status: .completed), .sample("d", name: "third"),
            ]
            try await store.write { transaction in
                for row in rows { try transaction.putSaga(row) }
            }
            let filters: [(SagaFilter, [SagaID])] = [
                (SagaFilter(), ["B", "a", "b", "c", "d"]),
                (SagaFilter(names: ["order.fulfil"]), ["B", "a", "b"]),
                (SagaFilter(names: ["other", "third"]), ["c", "d"]),
                (SagaFilter(statuses: [.parked]), ["b", "c"]),
                (SagaFilter(statuses: [.parked, .completed]), ["B", "b", "c"]),
                (SagaFilter(names: ["order.fulfil"], statuses: [.parked]), ["b"]),
                (SagaFilter(names: ["never"]), []),
                (SagaFilter(after: "a", limit: 2), ["b", "c"]),
                (SagaFilter(statuses: [.parked], after: "b"), ["c"]),
                (SagaFilter(limit: 0), []),
            ]
            for (filter, expected) in filters {
                let found = try await store.read { try $0.sagas(filter).map(\.id) }
                try bench.equal(found, expected, "\(filter)")
            }
            let counts = try await store.read { try $0.sagaCounts() }
            let numbers = SagaRecord.Status.allCases.map { counts[$0, default: 0] }
            try bench.equal(numbers, [2, 0, 1, 0, 2], "counts of \(SagaRecord.Status.allCases)")
        },
        ConformanceCase("sagas: found by attribute, step, conversation, age and deadline") { bench in
            let store = bench.store
            @Sendable func time(_ microseconds: Int64) -> Timestamp { Timestamp(microseconds: microseconds) }
            var rows: [SagaRecord] = ["a", "b", "c", "d"].map { .sample($0) }
            rows[0].attributes = ["customer": "1", "region": "north"]
            rows[1].attributes = ["customer": "1", "region": "south"]
            rows[2].attributes = ["customer": "2", "name": "Ren\u{E9}e"]
            rows[1].step = "ship"
            rows[2].step = nil
            rows[3].correlationID = "request-1"
            for (index, row) in rows.enumerated() {
                rows[index].startedAt = time(10 * Int64(index + 1))
                rows[index].updatedAt = row.startedAt + .milliseconds(index)
            }
            rows[0].deadline = time(50)
            rows[1].deadline = time(60)
            rows[2].deadline = time(50)
            rows[2].status = .completed
            rows[3].deadline = time(50)
            rows[3].status = .parked
            let stored = rows
            try await store.write { transaction in
                for row in stored { try transaction.putSaga(row) }
            }
            func expect(_ expected: [SagaID], _ what: String, _ narrow: (inout SagaFilter) -> Void) async throws {
                var filter = SagaFilter()
                narrow(&filter)
                let wanted = filter
                try await bench.equal(store.read { try $0.sagas(wanted).map(\.id) }, expected, what)
            }
            try await expect(["a", "b"], "customer 1") { $0.attributes = ["customer": "1"] }
            try await expect(["b"], "customer 1 in the south") { $0.attributes = ["customer": "1", "region": "south"] }
            try await expect([], "customer 3") { $0.attributes = ["customer": "3"] }
            try await expect(["c"], "a text as it was written") { $0.attributes = ["name": "Ren\u{E9}e"] }
            try await expect([], "the same text written in another way") { $0.attributes = ["name": "Rene\u{301}e"] }
            try await expect([], "an unknown attribute") { $0.attributes = ["client": "1"] }
            try await expect(["a", "d"], "at a step") { $0.steps = ["reserve"] }
            try await expect(["a", "b", "d"], "at one of two steps") { $0.steps = ["reserve", "ship"] }
            try await expect(["d"], "of a conversation") { $0.correlationID = "request-1" }
            try await expect(["a", "b"], "started earlier") { $0.startedBefore = time(30) }
            try await expect(["a", "b"], "unmoved") { $0.unmovedSince = stored[1].updatedAt }
            try await expect([], "overdue at the deadline") { $0.overdueAt = time(50) }
            try await expect(["a", "d"], "overdue") { $0.overdueAt = time(51) }
            try await expect(["a", "b", "d"], "overdue later") { $0.overdueAt = time(61) }
            try await expect(["b"], "all conditions at once") { filter in
                filter.names = ["order.fulfil"]
                filter.statuses = [.running]
                filter.steps = ["ship"]
                filter.attributes = ["customer": "1"]
                filter.startedBefore = time(100)
                filter.overdueAt = time(100)
                filter.after = "a"
            }
            let overdue = try await store.read { transaction in
                try [50, 51, 61].map { try transaction.overdueSagas(at: time($0)) }
            }
            try bench.equal(overdue, [[:], ["order.fulfil": 2], ["order.fulfil": 3]], "counts of the overdue")

            var moved = stored[0]
            moved.revision = 2
            moved.attributes = ["customer": "2"]
            var bare = stored[1]
            bare.revision = 2
            bare.attributes = [:]
            let changed = [moved, bare]
            try await store.write { transaction in
                for row in changed { try transaction.putSaga(row) }
            }
            try await expect([], "customer 1 after the change") { $0.attributes = ["customer": "1"] }
            try await expect(["a", "c"], "customer 2 after the change") { $0.attributes = ["customer": "2"] }
            try await expect([], "a region after the change") { $0.attributes = ["region": "south"] }
        },
    ]
}
