import EddaCore
import EddaTesting
import Testing

@testable import EddaMessaging

/// What an inbox forgets when its store is at its limit. // acceptance: 60
@Suite struct InboxRetentionTests {
    @Test func aStoreThatIsBusyIsAskedAgainSoon() async throws {
        let time = ManualTime()
        let base = InMemoryStore(time: time)
        try await base.write { transaction in
            for key in 0..<5 {
                let now = transaction.now.wall
                try transaction.recordInbox(
                    InboxEntry(consumer: "bank", key: "\(key)", state: .tombstone, recordedAt: now)
                )
            }
        }
        time.advance(by: .seconds(7_200))
        let start = time.now()
        let units = Counter()
        let busy = WrappedStore(base) { write in
            if units.next() <= 4 { throw Overloaded(waiting: 1_000) }
            try await write()
        }
        let retention = InboxRetention(
            store: busy,
            window: .seconds(3_600),
            interval: .seconds(3_600),
            page: 2,
            logger: .silent
        )
        let left: @Sendable () async throws -> Int = {
            try await base.read { transaction in
                try (0..<5).filter { try transaction.inboxEntry(consumer: "bank", key: "\($0)") != nil }.count
            }
        }
        try await running([{ try await retention.run() }]) {
            while try await left() > 0 {
                try #require(
                    time.now().elapsed(since: start) < .seconds(60),
                    "It is forgotten at the next interval, if at all."
                )
                await time.waitForSleepers(1)
                if try await left() > 0 { time.advanceToNextSleeper() }
            }
        }
        #expect(time.now().elapsed(since: start) < .seconds(60))
    }

    // guarantees: G14
    @Test(arguments: ["batch", "callCapacity", "retentionInterval", "retentionPage"])
    func aSettingOutOfItsRangeIsNamed(_ setting: String) async throws {
        var configuration = ParticipantWorker.Configuration()
        switch setting {
        case "batch": configuration.batch = 0
        case "callCapacity": configuration.callCapacity = -1
        case "retentionInterval": configuration.retentionInterval = .zero
        default: configuration.retentionPage = 0
        }
        let worker = ParticipantWorker(
            participant: .bank(),
            store: InMemoryStore(),
            transport: InProcessTransport(),
            logger: .silent,
            configuration: configuration
        )
        let error = await #expect(throws: InvalidSetting.self) { try await worker.run() }
        #expect(error?.setting == setting)
    }

    // guarantees: G14
    @Test func aPumpRefusesPausesOfNothing() async throws {
        let pump = OutboxPump(
            store: InMemoryStore(),
            transport: InProcessTransport(),
            logger: .silent,
            configuration: .init(retry: .exponential(attempts: nil, cap: .zero))
        )
        let error = await #expect(throws: InvalidSetting.self) { try await pump.run() }
        #expect(error?.setting == "retry.cap")
    }
}
