internal import EddaCore

extension StoreConformance {
    // acceptance: 53
    static let timers: [ConformanceCase] = [
        ConformanceCase("timers: come due in order, for their owner, in pages") { bench in
            let store = bench.store
            let start = bench.time.now()
            let delays = [30, 10, 20, 50, 40]
            try await store.write { transaction in
                for delay in delays {
                    try transaction.setTimer(
                        TimerRow(owner: "a", key: "\(delay)", due: start.advanced(by: .seconds(delay)))
                    )
                }
                try transaction.setTimer(TimerRow(owner: "b", key: "10", due: start.advanced(by: .seconds(5))))
            }
            try await bench.equal(
                store.read { try $0.nextTimer(owner: "a") },
                Optional(start.advanced(by: .seconds(10))),
                "the next timer"
            )
            try await bench.equal(store.read { try $0.nextTimer(owner: "c") }, nil, "the next timer of nobody")
            for (passed, expected) in [
                (0, []), (10, ["10"]), (39, ["10", "20", "30"]), (50, ["10", "20", "30", "40", "50"]),
            ] {
                let moment = start.advanced(by: .seconds(passed))
                let found = try await store.read { try $0.dueTimers(owner: "a", at: moment, limit: 10).map(\.key) }
                try bench.equal(found, expected, "due after \(passed) seconds")
            }
            let first = try await store.read {
                try $0.dueTimers(owner: "a", at: start.advanced(by: .seconds(99)), limit: 2).map(\.key)
            }
            try bench.equal(first, ["10", "20"], "the first two")
        },
        ConformanceCase("timers: setting replaces, cancelling removes") { bench in
            let store = bench.store
            let start = bench.time.now()
            let later = start.advanced(by: .seconds(60))
            try await store.write { try $0.setTimer(TimerRow(owner: "a", key: "k", due: start)) }
            try await store.write { try $0.setTimer(TimerRow(owner: "a", key: "k", due: later)) }
            let due = try await store.read { try $0.dueTimers(owner: "a", at: start, limit: 10) }
            try bench.equal(due, [], "due at the first time")
            let found = try await store.read { try $0.dueTimers(owner: "a", at: later, limit: 10) }
            try bench.equal(found, [TimerRow(owner: "a", key: "k", due: later)], "due at the second time")
            try await store.write { transaction in
                try transaction.cancelTimer(owner: "b", key: "k")
                try transaction.cancelTimer(owner: "a", key: "other")
            }
            try await bench.equal(
                store.read { try $0.nextTimer(owner: "a") },
                Optional(later),
                "after cancelling others"
            )
            try await store.write { try $0.cancelTimer(owner: "a", key: "k") }
            try await bench.equal(store.read { try $0.nextTimer(owner: "a") }, nil, "after cancelling it")
        },
        ConformanceCase("timers: a jump of the wall clock fires nothing early and nothing late") { bench in
            let store = bench.store
            let start = bench.time.now()
            try await store.write {
                try $0.setTimer(TimerRow(owner: "a", key: "k", due: start.advanced(by: .seconds(60))))
            }
            bench.time.setWall(to: start.wall + .seconds(3_600))
            let early = try await store.read { try $0.dueTimers(owner: "a", at: $0.now, limit: 1).count }
            bench.time.setWall(to: start.wall + .seconds(-3_600))
            bench.time.advance(by: .seconds(60))
            let late = try await store.read { try $0.dueTimers(owner: "a", at: $0.now, limit: 1).count }
            try bench.equal([early, late], [0, 1], "due after the jumps")
        },
        ConformanceCase("timers: across a reboot the wall clock decides") { bench in
            let store = bench.store
            let start = bench.time.now()
            try await store.write { transaction in
                try transaction.setTimer(TimerRow(owner: "a", key: "1", due: start.advanced(by: .seconds(60))))
                try transaction.setTimer(TimerRow(owner: "a", key: "2", due: start.advanced(by: .seconds(90))))
            }
            bench.time.reboot()
            bench.time.advance(by: .seconds(59))
            let early = try await store.read { try $0.dueTimers(owner: "a", at: $0.now, limit: 9).map(\.key) }
            try bench.equal(early, [], "due after 59 seconds")
            bench.time.advance(by: .seconds(1))
            let first = try await store.read { try $0.dueTimers(owner: "a", at: $0.now, limit: 9).map(\.key) }
            try bench.equal(first, ["1"], "due after 60 seconds")
            bench.time.advance(by: .seconds(3 * 86_400))
            let late = try await store.read { try $0.dueTimers(owner: "a", at: $0.now, limit: 9).map(\.key) }
            try bench.equal(late, ["1", "2"], "due after three days")
        },
        ConformanceCase("timers: are there after reopening, with the moment as it was set") { bench in
            let due = bench.time.now().advanced(by: .nanoseconds(1_234_567_891))
            let timer = TimerRow(owner: "a", key: "größe", due: due)
            try await bench.store.write { try $0.setTimer(timer) }
            try await bench.reopened { store in
                let found = try await store.read { try $0.dueTimers(owner: "a", at: due, limit: 9) }
                try bench.equal(found, [timer], "timers")
            }
        },
        ConformanceCase("timers: many that come due at once come page by page") { bench in
            let store = bench.store
            let due = bench.time.now().advanced(by: .seconds(1))
            try await store.write { transaction in
                for index in 0..<300 { try transaction.setTimer(TimerRow(owner: "a", key: "\(index)", due: due)) }
            }
            var found: [String] = []
            while true {
                let page = try await store.write { transaction in
                    let page = try transaction.dueTimers(owner: "a", at: due, limit: 64).map(\.key)
                    for key in page { try transaction.cancelTimer(owner: "a", key: key) }
                    return page
                }
                if page.isEmpty { break }
                found += page
            }
            try bench.equal(found.count, 300, "timers")
            try bench.equal(Set(found).count, 300, "different timers")
        },
    ]
}
