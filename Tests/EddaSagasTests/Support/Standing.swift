import EddaCore
import EddaSagas

/// Where a saga may stand when an operator decides about it.
enum Standing: String, CaseIterable, Sendable {
    case stepUnderWay, stepToBeTriedAgain, pivotUnderWay, pivotAskedAgain, behindThePivot, goingBack
    case undoFailed, undoRejected, undoSilent, pivotUnknown, stepRejected, stepFailedForGood
    case unreadableReply, unreadablePivotReply
    case stepExpired, pivotExpired, behindExpired, undoExpired, completed, compensated

    /// What has to happen to the saga.
    enum Move: Sendable {
        /// The command that left last is answered; without an outcome, as usual.
        case answer(CommandOutcome?)
        /// Its answer does not come until the status of the saga changes.
        case silence
        /// Its answer does not come until its outcome counts as unknown.
        case silenceUntilUnknown
    }

    /// How a saga that has begun gets there.
    var moves: [Move] {
        let done = Move.answer(nil)
        let toShip = [done, done, done]
        let toUndo = [done, .answer(Replies.refusal)]
        switch self {
        case .stepUnderWay: return []
        case .stepToBeTriedAgain: return [done, .answer(Replies.passing)]
        case .pivotUnderWay: return [done, done]
        case .pivotAskedAgain: return [done, done, .silenceUntilUnknown]
        case .behindThePivot: return toShip
        case .goingBack: return toUndo
        case .undoFailed: return toUndo + [.answer(Replies.lasting)]
        case .undoRejected: return toUndo + [.answer(Replies.refusal)]
        case .undoSilent: return toUndo + [.silence]
        case .pivotUnknown: return [done, done, .silence]
        case .stepRejected: return toShip + [.answer(Replies.refusal)]
        case .stepFailedForGood: return toShip + [.answer(Replies.lasting)]
        case .unreadableReply: return [.answer(.succeeded(Array("nonsense".utf8)))]
        case .unreadablePivotReply: return [done, done, .answer(.succeeded(Array("nonsense".utf8)))]
        case .stepExpired: return [done, .answer(Replies.late)]
        case .pivotExpired: return [done, done, .answer(Replies.late)]
        case .behindExpired: return toShip + [.answer(Replies.late)]
        case .undoExpired: return toUndo + [.answer(Replies.late)]
        case .completed: return toShip + [done]
        case .compensated: return toUndo + [done]
        }
    }

    var status: SagaRecord.Status {
        switch self {
        case .stepUnderWay, .stepToBeTriedAgain, .pivotUnderWay, .pivotAskedAgain, .behindThePivot: .running
        case .goingBack: .compensating
        case .completed: .completed
        case .compensated: .compensated
        default: .parked
        }
    }

    /// What has to come of a verb, and of the saga when everything goes well afterwards.
    enum Verdict: Equatable, Sendable {
        case refused
        /// Nothing changes, since what is wanted is under way.
        case nothing
        case leads(to: SagaRecord.Status, end: SagaRecord.Status, undone: [StepID] = [], skipped: [StepID] = [])
    }

    static let verbs = ["retry", "skip", "resolve", "compensate", "cancel"]

    /// The verdicts on the five verbs.
    var verdicts: [Verdict] {
        let back = Verdict.leads(to: .compensating, end: .compensated, undone: ["reserve"])
        let forward = Verdict.leads(to: .running, end: .completed)
        let completes = Verdict.leads(to: .completed, end: .completed)
        switch self {
        case .stepUnderWay:
            let waits = Verdict.leads(to: .running, end: .compensated, undone: ["reserve"])
            return [.refused, .refused, .refused, waits, waits]
        case .stepToBeTriedAgain:
            let both = Verdict.leads(to: .compensating, end: .compensated, undone: ["reserve", "authorize"])
            return [.refused, .refused, .refused, both, both]
        case .pivotUnderWay, .pivotAskedAgain:
            // The pivot succeeds, so the saga goes forward all the same.
            return [.refused, .refused, .refused, forward, forward]
        case .behindThePivot, .completed, .compensated:
            return [.refused, .refused, .refused, .refused, .refused]
        case .goingBack:
            return [.refused, .refused, .refused, .nothing, .nothing]
        case .undoFailed, .undoRejected, .undoSilent, .undoExpired:
            return [
                back, .leads(to: .compensated, end: .compensated, skipped: ["reserve"]),
                .leads(to: .compensated, end: .compensated, undone: ["reserve"]), back, .nothing,
            ]
        case .pivotUnknown:
            let both = Verdict.leads(to: .compensating, end: .compensated, undone: ["reserve", "authorize"])
            return [forward, .refused, forward, both, forward]
        case .stepExpired:
            let both = Verdict.leads(to: .compensating, end: .compensated, undone: ["reserve", "authorize"])
            return [forward, .refused, forward, both, both]
        case .pivotExpired:
            let both = Verdict.leads(to: .compensating, end: .compensated, undone: ["reserve", "authorize"])
            return [forward, .refused, forward, both, .refused]
        case .stepRejected, .stepFailedForGood, .behindExpired:
            return [
                forward, .leads(to: .completed, end: .completed, skipped: ["ship"]), completes, .refused, .refused,
            ]
        case .unreadableReply:
            return [forward, .refused, forward, back, back]
        case .unreadablePivotReply:
            return [forward, .refused, forward, forward, forward]
        }
    }

    /// A verb by its name; a resolution with the usual reply to a step.
    static func verb(
        _ name: String,
        at step: StepID?,
        _ reply: (StepID) -> CommandOutcome = Replies.success
    ) -> OperatorRequest.Verb {
        switch name {
        case "retry": return .retry
        case "skip": return .skip
        case "compensate": return .compensate
        case "cancel": return .cancel
        default:
            guard let step, case .succeeded(let reply) = reply(step) else {
                return .resolve(reply: Array("{}".utf8))
            }
            return .resolve(reply: reply)
        }
    }
}
