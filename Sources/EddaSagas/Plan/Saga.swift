public import EddaCore

/// A process over several services, whose steps are undone in reverse order when one of them is refused.
///
/// ```swift
/// struct FulfilOrder: Saga {
///     static let name: SagaName = "order.fulfil"
///     static let version = 1
///     struct State: Codable, Sendable { var order: String; var reservation: String?; var tracking: String? }
///
///     static var plan: some Plan<State> {
///         call("reserve-stock") { ReserveStock(order: $0.order) }
///             .merge { $0.reservation = $1.reservation }
///             .compensate { ReleaseStock(order: $0.order, reservation: $1?.reservation) }
///         pivot("capture-payment") { CapturePayment(order: $0.order) }
///         retriable("ship") { CreateShipment(order: $0.order) }
///             .merge { $0.tracking = $1.tracking }
///     }
/// }
/// ```
///
/// A plan is data: compensatable steps, at most one pivot, then retriable steps. The compiler refuses any other order.
///
/// Steps stand in blocks where they have to: ``parallel(_:_:)``, ``when(_:_:_:)``,
/// ``forEach(_:in:id:concurrently:_:)``.
public protocol Saga: Sendable {
    /// What the steps know of each other: it starts with what the caller gives and grows by the replies.
    associatedtype State: Codable & Sendable
    /// The type of the plan; inferred.
    associatedtype Body: Plan where Body.State == State
    /// What its `local` steps work with, such as clients; given to the coordinator by ``with(_:)``.
    associatedtype Services: Sendable = Void

    /// The wire name, stored with every saga of this kind.
    static var name: SagaName { get }

    /// The version of the plan, for people. Whether a stored saga fits the plan is decided by the steps themselves.
    static var version: Int { get }

    /// How long after its start a saga of this kind should have ended; `nil`, the default, means that it may take any
    /// time.
    ///
    /// Past it, a saga turns back as long as its pivot has not succeeded; the way back may take as long again.
    /// Otherwise it goes on, and alerts once. One that has not ended by then is overdue: it is listed (`sagas list
    /// --overdue`) and counted (the gauge `edda.sagas.overdue`).
    static var deadline: Duration? { get }

    /// What sagas of this kind are found by, such as the customer; none by default.
    static var attributes: [SagaAttribute<State>] { get }

    /// The steps, in order.
    @PlanBuilder<State> static var plan: Body { get }

    /// Called in the same commit as the transition that ends a saga of this kind, so that its owner can append events.
    ///
    /// It may be called again for the same saga when that commit had to be repeated. The default does nothing.
    ///
    /// - Throws: Anything; then nothing that it wrote is kept, and the saga parks with the error as its reason. What
    ///   passes by itself, such as an inline projection that is too far behind, is tried again instead.
    static func ended(_ ending: SagaEnding<State>, in transaction: any WriteTransaction) throws
}

extension Saga {
    /// None.
    public static var deadline: Duration? { nil }

    /// None.
    public static var attributes: [SagaAttribute<State>] { [] }

    /// Does nothing.
    public static func ended(_ ending: SagaEnding<State>, in transaction: any WriteTransaction) throws {}
}
