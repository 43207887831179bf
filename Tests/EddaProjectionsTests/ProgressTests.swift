import EddaCore
import EddaTesting
import Testing

@testable import EddaProjections

/// Status and positions, on a store in memory.
@Suite struct ProgressTests {
    let time = ManualTime()

    func projection(_ name: ProjectionName, version: Int = 1, mode: Projection.Mode = .async) -> Projection {
        Projection(name, version: version, mode: mode) { On(Opened.self) { _, _ in } }
    }

    @Test func statusTellsWhereEveryProjectionStands() async throws {
        let store = InMemoryStore(time: time)
        try await ProjectionEngine(store: store, projections: [projection("foreign", version: 3)], logger: .silent)
            .prepare()
        try await ProjectionEngine(store: store, projections: [projection("known")], logger: .silent).prepare()
        try await store.append([Opened(owner: "ada"), Opened(owner: "eve")], to: "account-1")
        time.advance(by: .seconds(7))
        let engine = try ProjectionEngine(
            store: store,
            projections: [projection("new", version: 2, mode: .inline), projection("known")],
            logger: .silent
        )
        let status = try await engine.status()
        #expect(status.map(\.name) == ["new", "known", "foreign"])
        #expect(status.map(\.state) == [.neverRun, .live, .live])
        #expect(status.map(\.version) == [2, 1, 3])
        #expect(status.map(\.build) == [nil, 1, 1])
        #expect(status.map(\.mode) == [.inline, .async, nil])
        #expect(status.map(\.lag) == [2, 2, nil])
        #expect(status.map(\.lagTime) == [.seconds(7), .seconds(7), nil])
        #expect(status.map(\.isKnown) == [true, true, false])
        try await engine.catchUp()
        let after = try await engine.status()
        #expect(after.map(\.lag) == [0, 0, nil])
        #expect(after.map(\.lagTime) == [.zero, .zero, nil])
        #expect(after.map(\.state) == [.live, .live, .live])
    }

    @Test func foreignEventsCostNoWrites() async throws {
        let base = InMemoryStore(time: time)
        let store = SteppedStore(base)
        let engine = try ProjectionEngine(
            store: store,
            projections: [projection("follower"), projection("inline", mode: .inline)],
            logger: .silent
        )
        try await engine.prepare()
        let before = (store.count, try await base.builds(of: "follower"), try await base.builds(of: "inline"))
        let worker = try engine.worker(for: "follower")
        for _ in 0..<9 {
            try await base.append([Noted(text: "x")], to: "note-1")
            #expect(try await worker.advance() == .current)
        }
        #expect(store.count == before.0)
        #expect(try await base.builds(of: "follower") == before.1)
        #expect(try await base.builds(of: "inline") == before.2)

        // But not without end, and not when asked to catch up.
        try await engine.catchUp()
        #expect(try await base.live("follower")?.position.value == 9)
        try await base.append(Array(repeating: Noted(text: "y"), count: 1_000), to: "note-2")
        #expect(try await worker.advance() == .current)
        #expect(try await base.live("follower")?.position.value == 1_009)
        #expect(try await base.live("inline")?.position.value == 1_009)
        #expect(try await worker.advance() == .current)
    }

    @Test func aProjectionWithoutHandlersFollowsEverythingButEddasOwn() async throws {
        let store = InMemoryStore(time: time)
        let engine = try ProjectionEngine(
            store: store,
            projections: [Projection("all", version: 1) {}],
            logger: .silent
        )
        try await engine.prepare()
        try await store.append([Opened(owner: "ada")], to: "account-1")
        try await store.append([Opened(owner: "ada")], to: "$own-1")
        #expect(try await engine.status().map(\.lag) == [1])
        try await engine.catchUp()
        #expect(try await engine.status().map(\.lag) == [0])
    }

    @Test func eventsOfEddaAreNotHandled() async throws {
        let store = InMemoryStore(time: time)
        let count = Shared(0)
        let projections = [Projection.Mode.inline, .async]
            .map { mode in
                Projection(ProjectionName(stringLiteral: mode.rawValue), version: 1, mode: mode) {
                    On(Opened.self) { _, _ in count.update { $0 += 1 } }
                }
            }
        let engine = try ProjectionEngine(store: store, projections: projections, logger: .silent)
        try await engine.prepare()
        try await store.append([Opened(owner: "ada")], to: "$own-1")
        try await engine.catchUp()
        #expect(count.get() == 0)
        try await store.append([Opened(owner: "ada")], to: "account-1")
        try await engine.catchUp()
        #expect(count.get() == 2)
    }

    @Test func runReturnsWhenItIsCancelledAndThrowsWhenTheStoreIsClosed() async throws {
        let store = InMemoryStore(time: time)
        let engine = try ProjectionEngine(store: store, projections: [projection("a")], logger: .silent)
        let cancelled = Task { try await engine.run() }
        cancelled.cancel()
        try await cancelled.value
        try await engine.prepare()
        let running = Task { try await engine.run() }
        await store.close()
        let error = await #expect(throws: StoreError.self) { try await running.value }
        #expect(error?.code == .closed)
    }
}
