import EddaCore
import EddaSagas
import EddaTesting
import Synchronization
import Testing

/// What is done in this process: so many side by side, each call once at a time.
@Suite struct LocalRunnerTests {
    private let now = Moment(boot: "b", uptime: 1, wall: Timestamp(microseconds: 1))

    private func call(_ text: String, number: Int = 1) throws -> LocalCall {
        LocalCall(name: "errand", key: try #require(SagaKey(text)), number: number, state: StoredBytes([]))
    }

    @Test func aCallThatWaitsOrIsBeingDoneIsNotTakenTwice() throws {
        let runner = LocalRunner()
        runner.submit([try call("s/a"), try call("s/a", number: 2)])
        runner.submit([try call("s/a", number: 3)])
        let first = try #require(runner.next(at: now)).call
        #expect(first.number == 1)
        runner.submit([try call("s/a", number: 4)])
        #expect(runner.next(at: now) == nil)
        runner.finish(first)
        #expect(runner.next(at: now) == nil)
        runner.submit([try call("s/a", number: 5)])
        #expect(runner.next(at: now)?.call.number == 5)
    }

    @Test func aCompensationIsNotDoneBesideItsStep() throws {
        let runner = LocalRunner()
        runner.submit([try call("s/a"), try call("s/a/undo"), try call("s/b")])
        let forward = try #require(runner.next(at: now)).call
        #expect(forward.key.text == "s/a")
        #expect(runner.next(at: now)?.call.key.text == "s/b")
        #expect(runner.next(at: now) == nil)
        // How long it waits for its own step nobody knows, so its saga goes on counting.
        #expect(runner.standing(of: try call("s/a/undo").key) == .behind)
        #expect(runner.standing(of: forward.key) == .running(since: now))
        runner.finish(forward)
        #expect(runner.next(at: now)?.call.key.text == "s/a/undo")

        let later = LocalRunner()
        later.submit([try call("s/a")])
        let running = try #require(later.next(at: now)).call
        later.submit([try call("s/a/undo")])
        #expect(later.next(at: now) == nil)
        later.finish(running)
        #expect(later.next(at: now)?.call.key.text == "s/a/undo")
    }

    @Test func whatIsAbandonedDoesNotBeginAndIsCancelledWhenItHas() throws {
        let runner = LocalRunner()
        runner.submit([try call("s/a"), try call("s/b"), try call("s/c"), try call("s/a/undo")])
        let (running, abandoned) = try #require(runner.next(at: now))
        #expect(running.key.text == "s/a" && abandoned.count == 0)
        runner.abandon([try call("s/b").key, running.key, try call("s/a/undo").key])
        #expect(abandoned.count == 1)
        #expect(runner.next(at: now)?.call.key.text == "s/c")
        runner.finish(running)
        #expect(runner.next(at: now) == nil)
        #expect(runner.standing(of: try call("s/b").key) == nil)
    }

    @Test func whatFindsNoRoomIsLeftToTheTimer() throws {
        let runner = LocalRunner(room: 2)
        runner.submit([try call("s/a"), try call("s/b"), try call("s/c")])
        #expect(runner.standing(of: try call("s/b").key) == .waiting)
        #expect(runner.standing(of: try call("s/c").key) == .noRoom)
        #expect(runner.next(at: now)?.call.key.text == "s/a")
        #expect(runner.standing(of: try call("s/c").key) == nil)
        #expect(runner.next(at: now)?.call.key.text == "s/b")
        #expect(runner.next(at: now) == nil)
        runner.submit([try call("s/c")])
        #expect(runner.next(at: now)?.call.key.text == "s/c")
    }

    private final class Crowd: Sendable {
        let state = Mutex((inside: 0, most: 0, entered: 0))
        let changed = Signal()

        func enter() -> Int {
            let place = state.withLock { state in
                state.inside += 1
                state.entered += 1
                state.most = max(state.most, state.inside)
                return state.entered
            }
            changed.raise()
            return place
        }

        func leave() {
            state.withLock { $0.inside -= 1 }
            changed.raise()
        }

        func wait(until holds: @Sendable ((inside: Int, most: Int, entered: Int)) -> Bool) async {
            while true {
                let seen = changed.count
                if state.withLock({ holds($0) }) { return }
                do { try await changed.wait(past: seen) } catch { return }
            }
        }
    }

    @Test func soManyAreDoneSideBySideAndNotMore() async throws {
        let runner = LocalRunner()
        let crowd = Crowd()
        let time = ManualTime()
        runner.submit(try (0..<20).map { try call("s-\($0)/a") })
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await runner.run(limit: 3, time: time) { _, _ in
                    // Whoever is among the first waits until as many are there as may be.
                    if crowd.enter() <= 3 { await crowd.wait { $0.entered >= 3 } }
                    for _ in 0..<20 { await Task.yield() }
                    crowd.leave()
                }
            }
            await crowd.wait { $0.entered == 20 && $0.inside == 0 }
            group.cancelAll()
        }
        #expect(crowd.state.withLock { $0.most } == 3)
        #expect(runner.next(at: now) == nil)
    }

    /// What the calls of a test have come to.
    private final class Seen: Sendable {
        let calls = Mutex<[String]>([])
        let broken = Mutex<LocalRunner.Break?>(nil)
    }

    /// Work that never heeds its cancellation does not keep others from being done.
    @Test func whatHangsGivesUpItsPlaceButIsNotCalledBesideItself() async throws {
        let runner = LocalRunner()
        let time = ManualTime()
        let (hung, other) = (try call("s/a"), try call("s/b"))
        let (release, done) = (Signal(), Signal())
        let seen = Seen()
        runner.submit([hung, other])
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await runner.run(limit: 1, time: time) { call, abandoned in
                    seen.calls.withLock { $0.append(call.key.text) }
                    defer { done.raise() }
                    guard call.key == hung.key else { return }
                    let end = await runner.do(call, unless: abandoned, within: .seconds(60), by: time) {
                        await Task { try? await release.wait(past: 0) }.value
                    }
                    seen.broken.withLock { $0 = end.broken }
                }
            }
            await time.waitForSleepers(1)
            #expect(seen.calls.withLock { $0 } == ["s/a"])
            time.advanceToNextSleeper()
            _ = try? await done.wait(past: 0)
            #expect(seen.calls.withLock { $0 } == ["s/a", "s/b"])
            #expect(runner.standing(of: hung.key) == .brokenOff)
            runner.submit([hung])
            runner.submit([other])
            _ = try? await done.wait(past: 1)
            #expect(seen.calls.withLock { $0 } == ["s/a", "s/b", "s/b"])
            release.raise()
            _ = try? await done.wait(past: 2)
            group.cancelAll()
        }
        #expect(seen.broken.withLock { $0 } == .late)
    }

    private final class Order: Sendable { let log = Mutex<[String]>([]) }

    // acceptance: 59
    @Test func atRestNothingBeginsAndWhatHasBegunIsWaitedFor() async throws {
        let runner = LocalRunner()
        runner.submit([try call("s/a"), try call("s/b")])
        let first = try #require(runner.next(at: now)).call
        runner.isResting = true
        #expect(runner.next(at: now) == nil)
        let order = Order()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // One that does not wait is idle before the call is done.
                defer { runner.waits.raise() }
                try await runner.waitUntilIdle()
                order.log.withLock { $0.append("idle") }
            }
            try await runner.waits.wait(past: 0)
            order.log.withLock { $0.append("done") }
            runner.finish(first)
            try await group.waitForAll()
        }
        #expect(order.log.withLock { $0 } == ["done", "idle"])
        #expect(runner.next(at: now) == nil)
        runner.isResting = false
        #expect(runner.next(at: now)?.call.key.text == "s/b")
    }
}
