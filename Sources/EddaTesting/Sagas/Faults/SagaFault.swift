internal import EddaCore

/// Something that goes wrong at one point of a run, or that an operator does there.
///
/// A point has a name that does not depend on what else goes wrong: the third sending of a command, the second commit of
/// a service. So faults can be left out one by one, and the others stay where they are.
struct SagaFault: Hashable, Sendable {
    /// Where it strikes.
    let point: Point
    /// For how many points in a row, counted from `point`.
    var count = 1
    let effect: Effect

    struct Point: Hashable, Sendable {
        let place: Place
        /// Which one, counted from 1.
        let number: Int
    }

    enum Place: Hashable, Sendable {
        /// The sendings of a command or a reply with a key.
        case sending(Courier, key: String)
        /// How often a handler was asked to execute the command with a key.
        case execution(key: String)
        /// The calls under a key to the outside, or in the coordinator's process, that were begun.
        case call(key: String)
        /// The units that a service has tried to commit.
        case commit(Address)
        /// The transitions of the saga.
        case transition
    }

    enum Courier: String, Hashable, Sendable {
        case command, reply, signal
    }

    enum Effect: Hashable, Sendable {
        /// The message does not arrive.
        case loss
        /// It arrives later by so many milliseconds.
        case delay(Int)
        /// It arrives, and once more after so many milliseconds.
        case copy(Int)
        /// It arrives, and only so many milliseconds later its sender notes that it was sent.
        case lateMark(Int)
        /// The handler refuses the command.
        case rejection
        /// The handler fails, and may be asked again.
        case failure
        /// The command cannot be executed at all.
        case breakage
        /// The process dies instead of committing, and is back after so many milliseconds.
        case crashBefore(Int)
        /// The process dies after the commit, before anybody hears of it.
        case crashAfter(Int)
        /// The call takes so many milliseconds longer, and does not heed that it is cancelled.
        case stall(Int)
        /// The call has its effect, and does not return until it is cancelled.
        case hang
        /// An operator decides.
        case decision(Verb)
        /// Somebody gives the signal for a step.
        case signal(StepID)
    }

    enum Verb: String, Hashable, Sendable, CaseIterable {
        case cancel, compensate, retry
    }

    init(_ place: Place, _ number: Int, count: Int = 1, _ effect: Effect) {
        point = Point(place: place, number: number)
        self.count = count
        self.effect = effect
    }

    /// More than seven days, for which inboxes remember what was done.
    static let eightDays = 8 * 86_400_000

    func strikes(at number: Int) -> Bool { number >= point.number && number < point.number + count }

    /// The same fault with something smaller in the place of what it does; `nil` when there is nothing smaller.
    var milder: [SagaFault] {
        var milder: [SagaFault] = []
        if count > 1 {
            for fewer in [1, count / 2, count - 1] where fewer < count && fewer > 0 {
                var fault = self
                fault.count = fewer
                milder.append(fault)
            }
        }
        func with(_ effect: Effect) -> SagaFault {
            SagaFault(point.place, point.number, count: count, effect)
        }
        switch effect {
        case .delay(let time) where time > 10: milder += [with(.delay(10)), with(.delay(time / 2))]
        case .copy(let time) where time > 10: milder += [with(.copy(10)), with(.copy(time / 2))]
        case .lateMark(let time) where time > 10: milder.append(with(.lateMark(10)))
        case .stall(let time) where time > 10: milder += [with(.stall(10)), with(.stall(time / 2))]
        case .crashBefore(let time) where time > 0: milder.append(with(.crashBefore(0)))
        case .crashAfter(let time) where time > 0: milder.append(with(.crashAfter(0)))
        default: break
        }
        return milder
    }
}
