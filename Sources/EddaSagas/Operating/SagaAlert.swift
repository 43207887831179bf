public import EddaCore
internal import EddaMessaging

/// Tells that a saga has parked, and so stands still until somebody decides; or that one is overdue, or a step struggles.
///
/// It leaves through the outbox in the commit that parks the saga, once for each time that it parks, and goes to the
/// address in ``SagaCoordinator/Configuration/alerts``. One with the cause `overdue` (it has passed its deadline) or
/// `step-struggles` (a step after the pivot does not succeed) is sent once, and the saga goes on. Whoever is to be called gets it like any command:
///
/// ```swift
/// let alerts = Participant("alerts") {
///     Handle(SagaAlert.self) { alert, context in
///         try context.append([PagerRung(saga: alert.saga, reason: alert.reason)], to: "pager-1")
///     }
/// }
/// ```
///
/// Nobody waits for an answer. A handler that throws is given the alert again, and one that cannot be delivered is tried
/// again until it can. It waits for no other alert, of the same saga neither: ``since`` tells which is the later one.
public struct SagaAlert: Command, Hashable {
    /// `edda.saga.alert`.
    public static let commandType: MessageType = AlertMessage.type
    /// `alerts`, the customary address: it is used where the configuration names it.
    public static let destination: Address = "alerts"

    /// The saga.
    public var saga: SagaID
    /// The kind of saga.
    public var name: SagaName
    /// The step at which it stands, if it is about one.
    public var step: StepID?
    /// The kind of reason, in one word, such as `undo-failed`; `overdue` and `step-struggles` of a saga that goes on.
    public var cause: String
    /// Why, in words.
    public var reason: String
    /// Since when.
    public var since: Timestamp

    /// An alert.
    public init(saga: SagaID, name: SagaName, step: StepID?, cause: String, reason: String, since: Timestamp) {
        self.saga = saga
        self.name = name
        self.step = step
        self.cause = cause
        self.reason = reason
        self.since = since
    }
}
