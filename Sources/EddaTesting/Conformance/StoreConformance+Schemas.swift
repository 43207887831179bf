internal import EddaCore

extension StoreConformance {
    // acceptance: 22
    static let schemas: [ConformanceCase] = [
        ConformanceCase("schemas: each stored version of a type is listed once") { bench in
            let store = bench.store
            try await bench.equal(store.read { try $0.typeVersions() }, [], "the versions in an empty store")
            func append(_ versions: (EventType, Int)...) async throws {
                let events = versions.map { EventData(type: $0.0, schemaVersion: $0.1, data: []) }
                _ = try await store.append(Append(events, to: "a-1"))
            }
            try await append(("b", 2), ("a", 1), ("b", 2))
            try await append(("b", 1), ("b", 10), ("a", 1))
            let expected = [TypeVersion("a", 1), TypeVersion("b", 1), TypeVersion("b", 2), TypeVersion("b", 10)]
            try await bench.equal(store.read { try $0.typeVersions() }, expected, "the versions")
            try await bench.reopened { store in
                _ = try await store.append(Append([EventData(type: "b", schemaVersion: 2, data: [])], to: "a-1"))
                _ = try await store.append(Append([EventData(type: "c", schemaVersion: 1, data: [])], to: "a-1"))
                try await bench.equal(
                    store.read { try $0.typeVersions() },
                    expected + [TypeVersion("c", 1)],
                    "the versions after reopening"
                )
            }
        },
        ConformanceCase("schemas: a version whose events were rolled back is not listed, and is when it comes again") {
            bench in
            let store = bench.store
            do {
                try await store.write { transaction in
                    _ = try transaction.append(Append([EventData(type: "a", schemaVersion: 3, data: [])], to: "a-1"))
                    throw Abandoned()
                }
            } catch is Abandoned {}
            try await bench.equal(store.read { try $0.typeVersions() }, [], "after the rollback of a unit")
            // An append that fails inside a unit that goes on.
            try await store.write { transaction in
                let id = EventID.generate()
                do {
                    let twice = (1...2).map { _ in EventData(id: id, type: "a", schemaVersion: 3, data: []) }
                    _ = try transaction.append(Append([twice[0]], to: "a-1"))
                    _ = try transaction.append(
                        Append([EventData(type: "b", data: []), twice[1]], to: "a-1")
                    )
                } catch let error as StoreError where error.code == .duplicateEvent {}
            }
            try await bench.equal(
                store.read { try $0.typeVersions() },
                [TypeVersion("a", 3)],
                "after the rollback of an append"
            )
            _ = try await store.append(Append([EventData(type: "b", data: [])], to: "a-1"))
            try await bench.equal(
                store.read { try $0.typeVersions() },
                [TypeVersion("a", 3), TypeVersion("b", 1)],
                "when it comes again"
            )
        },
    ]
}
