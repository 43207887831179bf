import Edda

/// The pieces that are set aside for one order.
struct Reservation: Aggregate {
    enum Status: Sendable {
        case held
        case released
        case issued
    }

    static let category: StreamCategory = "reservation"
    var status: Status?
    var lines: [StockLine] = []

    static let handlers = EventHandlers<Reservation> {
        On(StockReserved.self) { reservation, event in
            reservation.status = .held
            reservation.lines = event.lines
        }
        On(ReservationReleased.self) { reservation, _ in reservation.status = .released }
        On(StockIssued.self) { reservation, _ in reservation.status = .issued }
    }

    func release() -> [any Event] {
        status == .held ? [ReservationReleased(lines: lines)] : []
    }

    func issue() throws -> [any Event] {
        switch status {
        case .held: [StockIssued(lines: lines)]
        case .issued: []
        case .released, nil: throw Rejection("reservation.not-held", "There is nothing set aside to hand out.")
        }
    }
}
