import EddaCore
import EddaSagas
import Synchronization

// A saga with every word of the plan language, and what it needs.

struct ReserveLine: Command {
    static let commandType: MessageType = "inventory.reserve-line"
    static let destination: Address = "inventory"
    struct Reply: Codable, Sendable { var reservation: String }
    var order: String
    var sku: String
}

struct ReleaseLine: Command, Equatable {
    static let commandType: MessageType = "inventory.release-line"
    static let destination: Address = "inventory"
    var order: String
    var sku: String
    var reservation: String?
}

struct Unpack: Command, Equatable {
    static let commandType: MessageType = "packing.unpack"
    static let destination: Address = "packing"
    var order: String
    var box: String?
}

struct SendBill: Command {
    static let commandType: MessageType = "billing.send"
    static let destination: Address = "billing"
    var order: String
}

struct Approval: Codable, Sendable {
    var by: String
}

/// What the `local` steps work with: it notes the keys of the calls, and does what the test says.
final class Desk: Sendable {
    struct Book: Sendable {
        var calls: [String] = []
        var answer: @Sendable (_ key: String) async throws -> Void = { _ in }
    }

    let book = Mutex(Book())

    var calls: [String] { book.withLock(\.calls) }

    func take(_ key: String) async throws {
        let answer = book.withLock { book in
            book.calls.append(key)
            return book.answer
        }
        try await answer(key)
    }
}

/// The child: packs an order, and can be undone until it is sealed.
struct PackOrder: Saga {
    static let name: SagaName = "order.pack"
    static let version = 1
    struct State: Codable, Sendable, Equatable {
        var order: String
        var box: String?
    }

    static var plan: some Plan<State> {
        call("fetch-box") { ReserveStock(order: $0.order) }
            .merge { $0.box = $1.reservation }
            .compensate { state, _ in ReleaseStock(order: state.order, reservation: nil) }
        pivot("seal") { CapturePayment(order: $0.order) }
    }
}

struct EveryWord: Saga {
    static let name: SagaName = "order.every-word"
    static let version = 1
    typealias Services = Desk

    struct Line: Codable, Sendable, Equatable { var sku: String }

    struct State: Codable, Sendable, Equatable {
        var order = "1"
        var cents = 4_200
        var lines = [Line(sku: "apples"), Line(sku: "pears/green"), Line(sku: "plums")]
        var reservations: [String: String] = [:]
        var label: String?
        var approvedBy: String?
        var authorization: String?
        var box: String?
        var tracking: String?
    }

    static var plan: some Plan<State> {
        parallel("hold") {
            call("authorize") { AuthorizePayment(order: $0.order, cents: $0.cents) }
                .merge { $0.authorization = $1.authorization }
                .timeout(.seconds(30)).retry(.exponential(attempts: 3))
                .compensate { VoidPayment(order: $0.order, authorization: $1?.authorization) }
            sequence {
                forEach("lines", in: { $0.lines }, id: { $0.sku }, concurrently: 2) { each in
                    each.call("reserve") { ReserveLine(order: $0.order, sku: $0.element.sku) }
                        .merge { $0.reservations[$0.element.sku] = $1.reservation }
                        .timeout(.seconds(30)).retry(.exponential(attempts: 3))
                        .compensate {
                            ReleaseLine(order: $0.order, sku: $0.element.sku, reservation: $1?.reservation)
                        }
                }
                local("label") { state, key, desk in
                    try await desk.take(key)
                    return "label of \(state.order)"
                }
                .merge { $0.label = $1 }
                .timeout(.seconds(30)).retry(.exponential(attempts: 3))
                .compensateLocally { _, _, key, desk in try await desk.take(key) }
            }
        }
        when("large", { $0.cents > 100_000 }) {
            awaitSignal("approval", Approval.self, timeout: .seconds(3_600)) { $0.approvedBy = $1.by }
        }
        .otherwise {
            sleep("cool-off", .seconds(5))
        }
        child("pack", PackOrder.self) { PackOrder.State(order: $0.order) }
            .merge { $0.box = $1.box }
            .compensate { Unpack(order: $0.order, box: $1?.box) }
        pivot("capture") { CapturePayment(order: $0.order) }
            .timeout(.seconds(20)).retry(.exponential(attempts: 3))
        parallel("after") {
            retriable("ship") { CreateShipment(order: $0.order) }.merge { $0.tracking = $1.tracking }
            local("mail") { _, key, desk in try await desk.take(key) }.retriable()
            sequence {
                sleep("breathe") { _ in .seconds(1) }
                retriable("bill") { SendBill(order: $0.order) }
            }
        }
    }
}

extension Replies {
    /// What is answered when a step of `EveryWord` is done.
    static func everyWord(_ step: StepID) -> CommandOutcome {
        let id = step.rawValue
        if id.hasPrefix("reserve[") { return .succeeded(Array(#"{"reservation":"r-1"}"#.utf8)) }
        switch step {
        case "label": return .succeeded(Array(#""label of 1""#.utf8))
        case "pack": return .succeeded(Array(#"{"box":"b-1","order":"1"}"#.utf8))
        case "approval": return .succeeded(Array(#"{"by":"ada"}"#.utf8))
        default: return success(step)
        }
    }
}
