#if CLI
internal import Edda

/// What a measured saga knows.
struct TripState: Codable, Sendable {
    var trip: String
    var cents: Int
    /// Whether its last step is refused, so that the others are undone.
    var isDoomed: Bool
    var bookings: [String] = []
}

/// The command of a step: one effect in the participant's file, one answer.
struct BookLeg: Command {
    static let commandType: MessageType = "bench.book-leg"
    static let destination: Address = "bookings"
    struct Reply: Codable, Sendable { var booking: String }

    var trip: String
    var leg: Int
    var cents: Int
    var isRefused: Bool
}

/// Undoes a step.
struct CancelLeg: Command {
    static let commandType: MessageType = "bench.cancel-leg"
    static let destination: Address = "bookings"

    var trip: String
    var leg: Int
    var booking: String?
}

/// The effect of a step.
struct LegBooked: Event {
    static let eventType: EventType = "bench.leg-booked"
    var trip: String
    var leg: Int
    var cents: Int
}

/// The effect of a compensation.
struct LegCancelled: Event {
    static let eventType: EventType = "bench.leg-cancelled"
    var trip: String
    var leg: Int
}

/// The participant of all steps: an event to the stream of the trip, and an answer.
let legBookings = Participant(BookLeg.destination) {
    Handle(BookLeg.self) { command, context in
        if command.isRefused { throw Rejection("bench.fully-booked", "No seat is left.") }
        try context.append(
            [LegBooked(trip: command.trip, leg: command.leg, cents: command.cents)],
            to: StreamID(category: "booking", id: command.trip)
        )
        return BookLeg.Reply(booking: "booking-\(command.trip)-\(command.leg)")
    }
    Handle(CancelLeg.self) { command, context in
        try context.append(
            [LegCancelled(trip: command.trip, leg: command.leg)],
            to: StreamID(category: "booking", id: command.trip)
        )
        return NoReply()
    }
}

/// A saga of remote steps, all but the last with a compensation.
protocol TripSaga: Saga where State == TripState {
    static var steps: Int { get }
}

extension TripSaga {
    static var name: SagaName { SagaName(unchecked: "bench.trip-\(steps)") }
    static var version: Int { 1 }

    static func leg(_ number: Int) -> PlanStep<TripState, BookLeg, StepPhase.Compensatable> {
        call(StepID(unchecked: "leg-\(number)")) { state in
            BookLeg(trip: state.trip, leg: number, cents: state.cents, isRefused: false)
        }
        .merge { $0.bookings.append($1.booking) }
        .compensate { CancelLeg(trip: $0.trip, leg: number, booking: $1?.booking) }
    }

    static var last: PlanStep<TripState, BookLeg, StepPhase.Pivot> {
        pivot(StepID(unchecked: "leg-\(steps)")) { state in
            BookLeg(trip: state.trip, leg: steps, cents: state.cents, isRefused: state.isDoomed)
        }
        .merge { $0.bookings.append($1.booking) }
    }
}

/// Sagas of one to eight steps: the number of steps is part of a plan, and plans are types.
enum Trips {
    struct One: TripSaga {
        static let steps = 1
        static var plan: some Plan<TripState> { last }
    }

    struct Two: TripSaga {
        static let steps = 2
        static var plan: some Plan<TripState> {
            leg(1)
            last
        }
    }

    struct Four: TripSaga {
        static let steps = 4
        static var plan: some Plan<TripState> {
            leg(1)
            leg(2)
            leg(3)
            last
        }
    }

    struct Eight: TripSaga {
        static let steps = 8
        static var plan: some Plan<TripState> {
            leg(1)
            leg(2)
            leg(3)
            leg(4)
            leg(5)
            leg(6)
            leg(7)
            last
        }
    }

    static let all: [any TripSaga.Type] = [One.self, Two.self, Four.self, Eight.self]
}
#endif
