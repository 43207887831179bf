internal import EddaCore

extension StoreConformance {
    static let closing: [ConformanceCase] = [
        ConformanceCase("closing: everything throws afterwards, and closing again does no harm") { bench in
            let store = bench.store
            try await store.appendSamples(1, to: "a-1")
            await store.close()
            await store.close()
            try await bench.expectThrows(.closed, "reading") { _ = try await store.head() }
            try await bench.expectThrows(.closed, "appending") { try await store.appendSamples(1, to: "a-1") }
            try await bench.expectThrows(.closed, "writing") {
                try await store.write { try $0.setCheckpoint("a", to: .start) }
            }
            try await bench.expectThrows(.closed, "installing a hook") { try await store.install(IdleHook()) }
            try await bench.expectThrows(.closed, "subscribing") {
                for try await _ in store.subscribe() { break }
            }
        },
        ConformanceCase("closing: what was given before is finished") { bench in
            let store = bench.store
            async let first = store.appendSamples(1, to: "a-1")
            let result = try await first
            await store.close()
            try bench.equal(result.positions, Position(1)...Position(1), "positions")
            try await bench.reopened { store in
                try await bench.equal(store.head(), Position(1), "head after reopening")
            }
        },
    ]

    static let sql: [ConformanceCase] = [
        ConformanceCase("SQL: works inside units, or is refused as unsupported") { bench in
            let store = bench.store
            guard bench.factory.supportsSQL else {
                try await bench.expectThrows(.unsupported, "a query") {
                    _ = try await store.read { try $0.rows("SELECT 1 AS one") }
                }
                return try await bench.expectThrows(.unsupported, "a statement") {
                    try await store.write { _ = try $0.execute("CREATE TABLE t (x INTEGER)") }
                }
            }
            let count = try await store.write { transaction in
                try transaction.execute("CREATE TABLE t (x INTEGER, y TEXT, z BLOB)")
                return try transaction.execute("INSERT INTO t VALUES (\(1), \("it's"), \([0, 255] as [UInt8]))")
            }
            try bench.equal(count, 1, "changed rows")
            do {
                try await store.write { transaction in
                    try transaction.execute("DELETE FROM t")
                    throw Abandoned()
                } as Void
            } catch is Abandoned {}
            let rows = try await store.read { try $0.rows("SELECT x, y, z FROM t WHERE y = \("it's")") }
            try bench.equal(
                rows,
                [SQLRow(columns: ["x", "y", "z"], values: [.integer(1), .text("it's"), .blob([0, 255])])],
                "rows"
            )
            try await bench.expectThrows(.badSQL, "a table that is not there") {
                _ = try await store.read { try $0.rows("SELECT * FROM nothing") }
            }
            try await bench.expectThrows(.badSQL, "a query that writes") {
                _ = try await store.read { try $0.rows("DELETE FROM t RETURNING x") }
            }
        }
    ]
}

/// A hook that does nothing.
private struct IdleHook: AppendHook {
    func didAppend(_ events: [RecordedEvent], in transaction: any WriteTransaction) throws {}
}
