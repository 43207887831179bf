internal import EddaCore

extension StoreConformance {
    // guarantees: G13
    static let leases: [ConformanceCase] = [
        ConformanceCase("leases: each new holder has an epoch of its own") { bench in
            let store = bench.store
            try await bench.equal(store.read { try $0.lease("work") }, nil, "a lease that nobody has taken")
            let first = try await store.write { try $0.takeLease("work", for: "ada") }
            try bench.equal(first, Lease(name: "work", holder: "ada", epoch: 1), "the first holding")
            let refused = try await store.write { try $0.takeLease("work", for: "bob") }
            try bench.equal(refused, nil, "a lease that is held")
            let ada = try bench.some(first, "the first holding")
            try await store.write { try $0.giveBack(ada) }
            let bob = try await store.write { try $0.takeLease("work", for: "bob") }
            try bench.equal(bob, Lease(name: "work", holder: "bob", epoch: 2), "the second holding")
            let other = try await store.write { try $0.takeLease("other", for: "ada") }
            try bench.equal(other?.epoch, 1, "the epoch of another lease")
            try await bench.reopened { store in
                let found = try await store.read { try $0.leases() }
                try bench.equal(found, [other, bob].compactMap(\.self), "the leases after reopening")
            }
        },
        ConformanceCase("leases: a holder that was seen not to move is replaced, one that moved is not") { bench in
            let store = bench.store
            let held = try await store.write { try $0.takeLease("work", for: "ada") }
            let seen = try bench.some(held, "the holding")
            let moved = try await store.write { try $0.beat(seen) }
            try bench.equal(moved.beat, 1, "the beat")
            let refused = try await store.write { try $0.takeLease("work", for: "bob", over: seen) }
            try bench.equal(refused, nil, "a holder that has moved since")
            let bob = try await store.write { try $0.takeLease("work", for: "bob", over: moved) }
            try bench.equal(bob, Lease(name: "work", holder: "bob", epoch: 2), "the holding that took over")
        },
        ConformanceCase("leases: whoever lost a lease changes nothing under it") { bench in
            let store = bench.store
            let old = try bench.some(try await store.write { try $0.takeLease("work", for: "ada") }, "the old holding")
            let new = try await store.write { try $0.takeLease("work", for: "bob", over: old) }
            let attempts: [@Sendable (any WriteTransaction) throws -> Void] = [
                { transaction in
                    try transaction.setCheckpoint("reader", to: Position(9))
                    try transaction.beat(old)
                },
                { try $0.giveBack(old) },
                { try $0.beat(Lease(name: "never", holder: "ada", epoch: 1)) },
            ]
            for (index, attempt) in attempts.enumerated() {
                do {
                    try await store.write { try attempt($0) }
                    throw bench.fail("attempt \(index) under a lost lease passed")
                } catch let error as LeaseLost {
                    try bench.equal(error.present, index < 2 ? new : nil, "the present lease in the error")
                }
            }
            try await bench.expectThrows(.staleWrite, "a row of an earlier epoch") {
                try await store.write { try $0.putLease(old) }
            }
            try await bench.equal(store.read { try $0.lease("work") }, new, "the lease")
            try await bench.equal(store.read { try $0.checkpoint("reader") }, .start, "what was to be written under it")
            if let new { try await store.write { try $0.giveBack(new) } }
            do {
                try await store.write { _ = try $0.beat(new ?? old) }
                throw bench.fail("a beat under a lease that was given back passed")
            } catch is LeaseLost {}
        },
        ConformanceCase("leases: taking and giving back raise a signal, a unit that fails does not keep the lease") {
            bench in
            let store = bench.store
            do {
                try await store.write { transaction in
                    _ = try transaction.takeLease("work", for: "ada")
                    throw Abandoned()
                }
            } catch is Abandoned {}
            try await bench.equal(store.read { try $0.leases() }, [], "leases after the rollback")
            var seen = store.signals.leases.count
            let held = try bench.some(try await store.write { try $0.takeLease("work", for: "ada") }, "the holding")
            try await bench.expectRaised(store.signals.leases, past: seen, "taking a lease")
            seen = store.signals.leases.count
            try await store.write { try $0.giveBack(held) }
            try await bench.expectRaised(store.signals.leases, past: seen, "giving a lease back")
        },
    ]
}

extension ConformanceBench {
    /// The value that has to be there.
    func some<Value>(_ value: Value?, _ what: String) throws -> Value {
        guard let value else { throw fail("\(what) is missing") }
        return value
    }
}
