internal import EddaCore
internal import Synchronization

/// Those in this process who wait for sagas to come to rest.
final class WaitingRoom: Sendable {
    private struct Place {
        let signal = Signal()
        var visitors = 0
        /// The saga at rest, as it was last seen.
        var seen: SagaRecord?
    }

    private let places = Mutex<[SagaID: Place]>([:])

    /// A signal that is raised when the saga comes to rest.
    ///
    /// Every `enter` is followed by a `leave`.
    func enter(_ id: SagaID) -> Signal {
        places.withLock { places in
            places[id, default: Place()].visitors += 1
            return places[id, default: Place()].signal
        }
    }

    func leave(_ id: SagaID) {
        places.withLock { places in
            places[id]?.visitors -= 1
            if places[id]?.visitors == 0 { places[id] = nil }
        }
    }

    /// Tells those who wait for a saga that it has come to rest; called after the commit.
    func wake(_ record: SagaRecord) {
        let signal = places.withLock { places in
            places[record.id]?.seen = record
            return places[record.id]?.signal
        }
        signal?.raise()
    }

    /// The saga as it came to rest, if it did while somebody waits for it.
    func seen(_ id: SagaID) -> SagaRecord? { places.withLock { $0[id]?.seen } }
}
