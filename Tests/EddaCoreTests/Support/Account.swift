import EddaCore

struct Deposited: Event {
    static let eventType: EventType = "account.deposited"
    var amount: Int
}

struct Withdrawn: Event {
    static let eventType: EventType = "account.withdrawn"
    var amount: Int
}

struct Account: Aggregate {
    static let category: StreamCategory = "account"
    static let handlers = EventHandlers<Account> {
        On(Deposited.self) { account, event in account.balance += event.amount }
        On(Withdrawn.self) { account, event in account.balance -= event.amount }
    }
    var balance = 0

    func deposit(_ amount: Int) throws -> [any Event] { [Deposited(amount: amount)] }

    func withdraw(_ amount: Int) throws -> [any Event] {
        guard amount <= balance else { throw Rejection("account.overdrawn") }
        return [Withdrawn(amount: amount)]
    }
}
