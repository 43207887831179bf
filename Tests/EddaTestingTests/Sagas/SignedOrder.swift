import EddaCore
import EddaMessaging
import EddaSagas
import EddaTesting

/// A saga whose steps can hang, whose signal can come early, and one of whose participants calls the outside.
struct SignedOrder: Saga {
    static let name: SagaName = "order.signed"
    static let version = 1

    struct State: Codable, Sendable {
        var order = "1042"
        var authorization: String?
        var label: String?
        var approvedBy: String?
    }

    static var plan: some Plan<State> {
        call("authorize-payment") { AuthorizePayment(order: $0.order, cents: 4_200) }
            .merge { $0.authorization = $1.authorization }
            .timeout(.seconds(30)).retry(.exponential(attempts: 3))
            .compensate { state, _ in VoidPayment(order: state.order) }
        local("label") { state, _, _ in "label of \(state.order)" }
            .merge { $0.label = $1 }
            .timeout(.seconds(30)).retry(.exponential(attempts: 3))
            .compensateLocally { _, _, _, _ in }
        local("stamp") { _, _, _ in }
            .timeout(.seconds(30)).retry(.exponential(attempts: 3))
            .compensate { state, _ in ReleaseStock(order: state.order, reservation: nil) }
        awaitSignal("approval", Approval.self, timeout: .seconds(3_600)) { $0.approvedBy = $1.by }
        pivot("capture-payment") { CapturePayment(order: $0.order) }
            .timeout(.seconds(30)).retry(.exponential(attempts: 3))
        retriable("confirm") { ConfirmOrder(order: $0.order, tracking: "") }
        local("mail") { _, _, _ in }.retriable()
    }

    /// A test of it, with fakes and an invariant.
    static func test(_ options: SagaTestOptions = .init()) -> SagaTest<SignedOrder> {
        var options = options
        options.signals = [SagaTestSignal("approval", Approval(by: "ada"))]
        return SagaTest<SignedOrder>(state: State(), options: options) {
            Participant("payments") {
                Perform(AuthorizePayment.self) { _, key in
                    "a-7"
                } commit: { _, authorization, _ in
                    AuthorizePayment.Reply(authorization: authorization)
                }
                Perform(VoidPayment.self) { _, _ in
                } commit: { _, _, _ in
                }
                Perform(CapturePayment.self) { _, _ in
                } commit: { _, _, _ in
                }
            }
            Fake(ConfirmOrder.self)
        } invariant: { end in
            guard end.status == .completed else { return }
            try end.expect(end.state.label != nil && end.state.authorization != nil, "completed, half of it unknown")
            try end.expect(end.state.approvedBy == "ada", "completed without approval")
        }
    }
}
