internal import EddaCore

extension StoreConformance {
    static let projections: [ConformanceCase] = [
        ConformanceCase("projections: the register keeps builds by name and number") { bench in
            let store = bench.store
            var full = ProjectionRecord.sample("orders", build: 2)
            full.status = .live
            full.tables = ["open_orders", "größe"]
            full.failure = "no such column"
            full.position = Position(77)
            let records = [
                ProjectionRecord.sample("Zeta", build: 1), .sample("orders", build: 1), full,
                .sample("orders", build: 10), .sample("users", build: 1),
            ]
            try await store.write { transaction in
                for record in records.reversed() { try transaction.putProjection(record) }
            }
            try await bench.equal(store.read { try $0.projections(nil) }, records, "all")
            try await bench.equal(store.read { try $0.projections("orders") }, Array(records[1...3]), "one by name")
            try await bench.equal(store.read { try $0.projections("never") }, [], "an unknown one")
            try await bench.reopened { store in
                try await bench.equal(store.read { try $0.projections(nil) }, records, "all after reopening")
            }
        },
        ConformanceCase("projections: a row is replaced and removed") { bench in
            let store = bench.store
            for status in ProjectionRecord.Status.allCases {
                var record = ProjectionRecord.sample("orders", build: 1)
                record.status = status
                try await store.write { [record] in try $0.putProjection(record) }
                try await bench.equal(store.read { try $0.projections("orders") }, [record], "the row as \(status)")
            }
            try await store.write { try $0.putProjection(.sample("orders", build: 2)) }
            try await store.write { transaction in
                try transaction.removeProjection("orders", build: 1)
                try transaction.removeProjection("orders", build: 9)
                try transaction.removeProjection("never", build: 1)
            }
            try await bench.equal(store.read { try $0.projections(nil).map(\.build) }, [2], "builds that are left")
        },
    ]
}

extension ProjectionRecord {
    /// A build that has just begun.
    static func sample(_ name: ProjectionName, build: Int) -> ProjectionRecord {
        ProjectionRecord(
            name: name,
            build: build,
            version: 1,
            status: .building,
            position: .start,
            tables: [],
            startedAt: Timestamp(microseconds: 1),
            updatedAt: Timestamp(microseconds: 2)
        )
    }
}
