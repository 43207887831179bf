public import EddaCore
internal import EddaMessaging
public import EddaSagas

/// Tests single transitions of a saga: given what has happened, when this comes, then that follows.
///
/// ```swift
/// try await SagaTest.given(FulfilOrder.self, state: .init(order: "1042", cents: 4_200))
///     .and(.succeeded("reserve-stock", ReserveStock.Reply(shelf: "A-7")))
///     .when(.rejected("capture-payment", "card.limit"))
///     .then(.compensating, sends: [ReleaseStock(order: "1042", shelf: "A-7")])
/// ```
///
/// Everything goes through a coordinator on a store in memory, as in a service. A test that fails throws a
/// ``TestFailure``.
public struct SagaScene<S: Saga>: Sendable {
    /// Something that comes to a saga.
    public struct Occurrence: Sendable {
        enum Kind: Sendable {
            case reply(StepID, isCompensation: Bool, @Sendable (SchemaRegistry) throws -> CommandOutcome)
            case time(Duration)
            case request(OperatorRequest)
        }

        let kind: Kind

        /// A step succeeds with a reply.
        public static func succeeded(_ step: StepID, _ reply: some Codable & Sendable = NoReply()) -> Occurrence {
            Occurrence(kind: .reply(step, isCompensation: false) { .succeeded(try $0.encode(reply)) })
        }

        /// The participant refuses a step.
        public static func rejected(_ step: StepID, _ code: String) -> Occurrence {
            Occurrence(kind: .reply(step, isCompensation: false) { _ in .rejected(Rejection(code)) })
        }

        /// A step fails.
        public static func failed(_ step: StepID, _ reason: String, isRetriable: Bool = true) -> Occurrence {
            Occurrence(
                kind: .reply(step, isCompensation: false) { _ in .failed(reason: reason, isRetriable: isRetriable) }
            )
        }

        /// The compensation of a step succeeds.
        public static func undone(_ step: StepID) -> Occurrence {
            Occurrence(kind: .reply(step, isCompensation: true) { .succeeded(try $0.encode(NoReply())) })
        }

        /// The compensation of a step is refused.
        public static func undoRejected(_ step: StepID, _ code: String) -> Occurrence {
            Occurrence(kind: .reply(step, isCompensation: true) { _ in .rejected(Rejection(code)) })
        }

        /// The compensation of a step fails.
        public static func undoFailed(_ step: StepID, _ reason: String, isRetriable: Bool = true) -> Occurrence {
            Occurrence(
                kind: .reply(step, isCompensation: true) { _ in .failed(reason: reason, isRetriable: isRetriable) }
            )
        }

        /// Time passes, and whatever comes due is handled.
        public static func passing(_ duration: Duration) -> Occurrence { Occurrence(kind: .time(duration)) }

        /// An operator cancels the saga.
        public static func cancelled(by operator: String, because reason: String? = nil) -> Occurrence {
            Occurrence(kind: .request(OperatorRequest(.cancel, by: `operator`, because: reason)))
        }

        /// An operator has the saga tried again.
        public static func retried(by operator: String, because reason: String? = nil) -> Occurrence {
            Occurrence(kind: .request(OperatorRequest(.retry, by: `operator`, because: reason)))
        }
    }

    let state: S.State
    let options: SagaTestOptions
    let history: [Occurrence]

    init(state: S.State, options: SagaTestOptions, history: [Occurrence] = []) {
        self.state = state
        self.options = options
        self.history = history
    }

    /// What has come to the saga before; after what was given already.
    public func and(_ events: Occurrence...) -> SagaScene {
        SagaScene(state: state, options: options, history: history + events)
    }

    /// What comes now.
    public func when(_ event: Occurrence) -> Turn { Turn(scene: self, event: event) }

    /// Nothing comes: what follows is what the beginning, or the last of what was given, has led to.
    public func whenNothingElse() -> Turn { Turn(scene: self, event: nil) }

    /// What comes to the saga, to be compared with what was expected.
    public struct Turn: Sendable {
        let scene: SagaScene
        let event: Occurrence?
    }
}

extension SagaTest {
    /// Begins a test of single transitions with a saga that has just been started.
    ///
    /// - Parameters:
    ///   - saga: The saga.
    ///   - state: What it is started with.
    ///   - options: The settings of its coordinator.
    public static func given(
        _ saga: S.Type,
        state: S.State,
        options: SagaTestOptions = .init()
    ) -> SagaScene<S> {
        SagaScene(state: state, options: options)
    }
}
