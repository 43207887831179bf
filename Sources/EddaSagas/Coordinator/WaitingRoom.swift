internal import EddaCore
internal import Synchronization

/// Those in this process who wait for sagas to come to rest.
final class WaitingRoom: Sendable {
    private struct Place {
        let signal = Signal()
        var visitors = 0
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

    /// Wakes those who wait for a saga; called after the commit.
    func wake(_ id: SagaID) {
        places.withLock { $0[id]?.signal }?.raise()
    }
}
