import EddaCore
import EddaTesting
import Synchronization
import Testing

@Suite struct FaultyTransportTests {
    @Test func withoutFaultsEverythingPasses() async throws {
        let network = RecordingTransport()
        let transport = FaultyTransport(wrapping: network, seed: 1, faults: .init())
        let outcomes = try await transport.send(messages(5))
        #expect(outcomes == Array(repeating: .sent, count: 5))
        #expect(network.sent == ["0", "1", "2", "3", "4"])
        #expect(transport.counts == .init())
        await transport.stop()
    }

    @Test func aDroppedMessageIsReportedAsSentAndNeverArrives() async throws {
        let network = RecordingTransport()
        let transport = FaultyTransport(wrapping: network, seed: 1, faults: .init(dropRate: 1))
        #expect(try await transport.send(messages(3)) == [.sent, .sent, .sent])
        #expect(network.sent == [])
        #expect(transport.counts.dropped == 3)
        await transport.stop()
    }

    @Test func aDuplicateIsSentTwice() async throws {
        let network = RecordingTransport()
        let transport = FaultyTransport(wrapping: network, seed: 1, faults: .init(duplicateRate: 1))
        #expect(try await transport.send(messages(2)) == [.sent, .sent])
        #expect(network.sent == ["0", "0", "1", "1"])
        #expect(transport.counts.duplicated == 2)
        await transport.stop()
    }

    @Test func aReorderedMessageIsOvertakenByTheNext() async throws {
        let network = RecordingTransport()
        let faults = FaultyTransport.Faults(reorderRate: 0.5)
        let transport = FaultyTransport(wrapping: network, seed: 3, faults: faults, time: ManualTime())
        for message in messages(20) { #expect(try await transport.send([message]) == [.sent]) }
        let kept = transport.counts.reordered
        #expect((1..<20).contains(kept), "\(kept) of 20 kept back, seed 3")
        let inOrder = network.sent.compactMap { Int($0) }
        #expect(inOrder != inOrder.sorted(), "nothing was overtaken, seed 3")
        await transport.stop()
        #expect(Set(inOrder).count + transport.counts.lost == 20)
    }

    @Test func aMessageKeptBackIsHandedOverWhenNoneComesAfterIt() async throws {
        let network = RecordingTransport()
        let time = ManualTime()
        let transport = FaultyTransport(wrapping: network, seed: 1, faults: .init(reorderRate: 1), time: time)
        #expect(try await transport.send(messages(1)) == [.sent])
        #expect(network.sent == [])
        await time.waitForSleepers(1)
        time.advance(by: FaultyTransport.patience)
        await network.waitForSent(1)
        #expect(network.sent == ["0"])
        await transport.stop()
        #expect(transport.counts.lost == 0)
    }

    @Test func aDelayedMessageIsReportedAtOnceAndArrivesLater() async throws {
        let network = RecordingTransport()
        let time = ManualTime()
        let faults = FaultyTransport.Faults(delay: .seconds(5) ... .seconds(10))
        let transport = FaultyTransport(wrapping: network, seed: 1, faults: faults, time: time)
        #expect(try await transport.send(messages(4)) == Array(repeating: .sent, count: 4))
        await time.waitForSleepers(4)
        time.advance(by: .milliseconds(4_999))
        #expect(time.sleepers == 4)
        time.advance(by: .milliseconds(5_001))
        await network.waitForSent(4)
        #expect(network.sent.sorted() == ["0", "1", "2", "3"])
        #expect(transport.counts.delayed == 4)
        await transport.stop()
    }

    @Test func whatFailsAfterItsDelayCountsAsLost() async throws {
        let network = RecordingTransport(outcome: .failed(reason: "down"))
        let time = ManualTime()
        let faults = FaultyTransport.Faults(delay: .seconds(1) ... .seconds(1))
        let transport = FaultyTransport(wrapping: network, seed: 1, faults: faults, time: time)
        #expect(try await transport.send(messages(2)) == [.sent, .sent])
        await time.waitForSleepers(2)
        time.advance(by: .seconds(1))
        await network.waitForSent(2)
        await transport.stop()
        #expect(transport.counts.lost == 2)
    }

    @Test func whatFailsAtOnceIsReported() async throws {
        let network = RecordingTransport(outcome: .refused(reason: "too large"))
        let transport = FaultyTransport(wrapping: network, seed: 1, faults: .init(duplicateRate: 1))
        #expect(try await transport.send(messages(1)) == [.refused(reason: "too large")])
        await transport.stop()
    }

    @Test func stoppingEndsWhatIsOnItsWay() async throws {
        let network = RecordingTransport()
        let time = ManualTime()
        let faults = FaultyTransport.Faults(delay: .seconds(5) ... .seconds(10))
        let transport = FaultyTransport(wrapping: network, seed: 1, faults: faults, time: time)
        _ = try await transport.send(messages(3))
        await transport.stop()
        #expect(time.sleepers == 0)
        #expect(network.sent == [])
        #expect(transport.counts.lost == 3)
        let outcomes = try await transport.send(messages(1))
        guard case .failed = outcomes[0] else {
            Issue.record("a stopped transport reported \(outcomes)")
            return
        }
    }

    @Test(arguments: [1, 2, 99] as [UInt64])
    func theSameSeedGivesTheSameFaults(seed: UInt64) async throws {
        var runs: [([String], FaultyTransport.Counts)] = []
        for _ in 0..<2 {
            let network = RecordingTransport()
            let faults = FaultyTransport.Faults(dropRate: 0.2, duplicateRate: 0.2, reorderRate: 0.2)
            let transport = FaultyTransport(wrapping: network, seed: seed, faults: faults, time: ManualTime())
            for start in stride(from: 0, to: 200, by: 5) { _ = try await transport.send(messages(5, from: start)) }
            runs.append((network.sent, transport.counts))
            await transport.stop()
        }
        #expect(runs[0].0 == runs[1].0, "seed \(seed)")
        #expect(runs[0].1 == runs[1].1, "seed \(seed)")
        #expect((20...60).contains(runs[0].1.dropped), "seed \(seed)")
    }

    @Test func anotherSeedGivesOtherFaults() async throws {
        var sent: [[String]] = []
        for seed in [1, 2] as [UInt64] {
            let network = RecordingTransport()
            let transport = FaultyTransport(wrapping: network, seed: seed, faults: .init(dropRate: 0.5))
            _ = try await transport.send(messages(100))
            sent.append(network.sent)
            await transport.stop()
        }
        #expect(sent[0] != sent[1])
    }

    private func messages(_ count: Int, from start: Int = 0) -> [Message] {
        (start..<(start + count))
            .map { number in
                Message(
                    id: "\(number)",
                    source: "/test",
                    type: "test",
                    destination: "nowhere",
                    time: Timestamp(microseconds: 0),
                    partitionKey: "k",
                    idempotencyKey: "\(number)",
                    data: []
                )
            }
    }
}

/// Remembers what it was given to send.
private final class RecordingTransport: Transport {
    private let outcome: SendOutcome
    private let messages = Mutex<[String]>([])
    private let changed = Signal()

    init(outcome: SendOutcome = .sent) { self.outcome = outcome }

    var sent: [String] { messages.withLock { $0 } }

    func send(_ messages: [Message]) async throws -> [SendOutcome] {
        self.messages.withLock { $0 += messages.map(\.id) }
        changed.raise()
        return messages.map { _ in outcome }
    }

    func subscribe(to address: Address) async throws -> any TransportSubscription {
        throw TransportError("Nobody receives from \(address).")
    }

    func waitForSent(_ count: Int) async {
        while !Task.isCancelled {
            let seen = changed.count
            if sent.count >= count { return }
            _ = try? await changed.wait(past: seen)
        }
    }
}
