import EddaCore
import EddaMessaging
import Synchronization

/// Loses one message in five after it has said that it was sent, and delivers one in five twice.
final class LossyTransport: Transport {
    private let inner = InProcessTransport()
    private let state: Mutex<UInt64>

    init(seed: UInt64) { state = Mutex(seed) }

    /// The next number of a linear congruential generator (D.
    ///
    /// Knuth's MMIX constants), from its high bits.
    private func roll(_ sides: UInt64) -> UInt64 {
        state.withLock { state in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % sides
        }
    }

    func send(_ messages: [Message]) async throws -> [SendOutcome] {
        var outcomes: [SendOutcome] = []
        for message in messages {
            switch roll(5) {
            case 0:
                outcomes.append(.sent)
            case 1:
                outcomes += try await inner.send([message])
                _ = try await inner.send([message])
            default:
                outcomes += try await inner.send([message])
            }
        }
        return outcomes
    }

    func subscribe(to address: Address) async throws -> any TransportSubscription {
        try await inner.subscribe(to: address)
    }
}
