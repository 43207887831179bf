import EddaCore
import EddaProjections
import EddaTesting
import Testing

/// Events of a type without handler are passed over unread: what they hold disturbs no projection.
@Suite struct UnhandledEventTests {
    @Test(arguments: Projection.Mode.allCases)
    func theyDisturbNoProjection(_ mode: Projection.Mode) async throws {
        try await withStore { store in
            let accounts = Accounts("sound")
            let engine = try ProjectionEngine(
                store: store,
                projections: [accounts.projection(mode: mode)],
                logger: .silent
            )
            try await engine.prepare()
            try await store.append([Opened(owner: "ada"), Deposited(cents: 70)], to: "account-1")
            let strange = EventData(type: "account.scanned", data: [0xFF, 0x00, 0x7B])
            _ = try await store.append(Append([strange], to: "account-1"))
            try await store.append([Deposited(cents: 30)], to: "account-1")
            try await engine.catchUp()
            #expect(try await accounts.rows(in: store).accounts == [[.text("1"), .text("ada"), .integer(100)]])
            let live = try #require(try await store.live(accounts.name))
            #expect(live.failure == nil)
            #expect(live.position.value == 4)
        }
    }
}
