import EddaCore
import EddaProjections
import EddaTesting
import Testing

/// Progress without tables, on a store in memory.
@Suite struct WaitTests {
    let time = ManualTime()

    func projection(_ name: ProjectionName, mode: Projection.Mode = .async) -> Projection {
        Projection(name, version: 1, mode: mode) { On(Opened.self) { _, _ in } }
    }

    // acceptance: 30
    @Test func aProjectionThatWasNeverBuiltIsCountedAndNamed() async throws {
        let store = InMemoryStore(time: time)
        try await ProjectionEngine(store: store, projections: [projection("built")], logger: .silent).prepare()
        let engine = try ProjectionEngine(
            store: store,
            projections: [projection("built"), projection("forgotten")],
            logger: .silent
        )
        // Even of a position that needs nothing.
        let error = await #expect(throws: ProjectionError.self) { try await engine.wait(until: .start, timeout: .zero) }
        #expect(error?.code == .waitTimedOut && error?.projection == "forgotten")
        #expect(error?.description.contains("forgotten (never built)") == true)
        #expect(error?.description.contains("built (at") == false)
        try await engine.wait(for: ["built"], until: .start, timeout: .zero)
    }

    // acceptance: 30
    @Test func aTimeoutNamesWhoIsBehindAndWhere() async throws {
        let store = InMemoryStore(time: time)
        let engine = try ProjectionEngine(store: store, projections: [projection("slow")], logger: .silent)
        try await engine.prepare()
        let position = try #require(
            try await store.append([Opened(owner: "ada")], to: "account-1").positions?.upperBound
        )
        let waiting = Task { try await engine.wait(for: ["slow"], until: position, timeout: .seconds(5)) }
        await time.waitForSleepers(1)
        time.advance(by: .seconds(5))
        let error = await #expect(throws: ProjectionError.self) { try await waiting.value }
        #expect(error?.code == .waitTimedOut)
        #expect(error?.description.contains("slow (at position 0)") == true)
    }

    @Test func itReturnsAsSoonAsTheProjectionIsThere() async throws {
        let store = InMemoryStore(time: time)
        let engine = try ProjectionEngine(store: store, projections: [projection("quick")], logger: .silent)
        try await engine.prepare()
        try await store.append([Opened(owner: "ada")], to: "account-1")
        async let waiting: Void = engine.wait(for: ["quick"], until: Position(2), timeout: .seconds(60))
        await time.waitForSleepers(1)
        try await store.append([Opened(owner: "eve")], to: "account-2")
        try await engine.catchUp()
        try await waiting
    }

    @Test func eventsThatDoNotConcernAProjectionAreNotWaitedFor() async throws {
        let store = InMemoryStore(time: time)
        let engine = try ProjectionEngine(
            store: store,
            projections: [projection("follower"), projection("inline", mode: .inline)],
            logger: .silent
        )
        try await engine.prepare()
        for _ in 0..<5 { try await store.append([Noted(text: "x")], to: "note-1") }
        try await engine.wait(until: Position(5), timeout: .zero)
        #expect(try await engine.status().map(\.lag) == [0, 0])
        await #expect(throws: ProjectionError.self, "position 6 does not exist yet") {
            try await engine.wait(until: Position(6), timeout: .zero)
        }
    }

    @Test func unknownNamesAreRefused() async throws {
        let engine = try ProjectionEngine(store: InMemoryStore(), projections: [projection("a")], logger: .silent)
        let error = await #expect(throws: ProjectionError.self) {
            try await engine.wait(for: ["b"], until: .start, timeout: .zero)
        }
        #expect(error?.code == .unknownProjection)
    }
}
