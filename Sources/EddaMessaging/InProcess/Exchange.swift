internal import EddaCore

/// The queues of an in-process transport: who waits for what, and which answer is owed to whom.
///
/// A pure value; ``InProcessTransport`` keeps it behind a lock and resumes whom the actions name.
struct Exchange {
    /// Somebody to resume.
    enum Action: Equatable {
        /// A receiver gets deliveries; none when its subscription has ended.
        case deliver(receiver: UInt64, [Delivery])
        /// A sender learns how each of its messages went.
        case finish(sender: UInt64, [SendOutcome])
    }

    private struct Parcel {
        let sender: UInt64
        /// Its place among the messages of its sender.
        let index: Int
        let message: Message
    }

    private struct Sending {
        var outcomes: [SendOutcome?]
        var open: Int
    }

    private struct Receiver {
        let id: UInt64
        let subscription: UInt64
        let limit: Int
    }

    private struct Subscription {
        let address: Address
        var unsettled: [UInt64: Parcel] = [:]
    }

    private struct Box {
        var queue: [Parcel] = []
        var unsettled = 0
        var receivers: [Receiver] = []
        var subscriptions = 0
    }

    private let capacity: Int
    private var last: UInt64 = 0
    private var boxes: [Address: Box] = [:]
    private var sendings: [UInt64: Sending] = [:]
    private var subscriptions: [UInt64: Subscription] = [:]

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Whether nobody is owed anything.
    var isIdle: Bool { boxes.isEmpty && sendings.isEmpty && subscriptions.isEmpty }

    /// A name for a sender, a receiver, a subscription or a delivery.
    mutating func makeID() -> UInt64 {
        last += 1
        return last
    }

    /// Queues messages, as many as there is room for.
    mutating func send(_ messages: [Message], by sender: UInt64) -> [Action] {
        var sending = Sending(outcomes: Array(repeating: nil, count: messages.count), open: messages.count)
        var addresses: Set<Address> = []
        for (index, message) in messages.enumerated() {
            let address = message.destination
            let refusal: String? =
                if let box = boxes[address], box.subscriptions > 0 {
                    box.queue.count + box.unsettled < capacity
                        ? nil : "The queue of \(address) is full: \(capacity) messages are not yet settled."
                } else {
                    "Nobody receives at \(address). Start the participant or coordinator of that name."
                }
            if let refusal {
                sending.outcomes[index] = .failed(reason: refusal)
                sending.open -= 1
            } else {
                boxes[address]?.queue.append(Parcel(sender: sender, index: index, message: message))
                addresses.insert(address)
            }
        }
        guard sending.open > 0 else { return [.finish(sender: sender, sending.outcomes.compactMap(\.self))] }
        sendings[sender] = sending
        return addresses.flatMap { match(at: $0) }
    }

    /// Forgets a sender.
    ///
    /// What was delivered already stays with its receiver; nobody waits for its fate.
    mutating func withdraw(sender: UInt64) {
        guard sendings.removeValue(forKey: sender) != nil else { return }
        for address in boxes.keys { boxes[address]?.queue.removeAll { $0.sender == sender } }
    }

    /// Opens a subscription.
    mutating func subscribe(to address: Address) -> UInt64 {
        let id = makeID()
        subscriptions[id] = Subscription(address: address)
        boxes[address, default: Box()].subscriptions += 1
        return id
    }

    /// Adds a receiver to those that wait at the address of a subscription.
    mutating func receive(by receiver: UInt64, on subscription: UInt64, limit: Int) -> [Action] {
        guard let address = subscriptions[subscription]?.address else { return [.deliver(receiver: receiver, [])] }
        boxes[address]?.receivers.append(Receiver(id: receiver, subscription: subscription, limit: max(1, limit)))
        return match(at: address)
    }

    /// Forgets a receiver that no longer waits.
    mutating func withdraw(receiver: UInt64, on subscription: UInt64) {
        guard let address = subscriptions[subscription]?.address else { return }
        boxes[address]?.receivers.removeAll { $0.id == receiver }
    }

    /// Takes note of what became of deliveries.
    ///
    /// Tokens that this subscription does not hold are passed over.
    mutating func settle(_ settlements: [Settlement], on subscription: UInt64) -> [Action] {
        guard let address = subscriptions[subscription]?.address else { return [] }
        var actions: [Action] = []
        for settlement in settlements {
            guard let parcel = subscriptions[subscription]?.unsettled.removeValue(forKey: settlement.token) else {
                continue
            }
            boxes[address]?.unsettled -= 1
            let outcome: SendOutcome =
                switch settlement.fate {
                case .acknowledged: .sent
                case .handedBack(let reason): .failed(reason: reason)
                case .refused(let reason): .refused(reason: reason)
                }
            conclude(parcel, outcome, &actions)
        }
        return actions
    }

    /// Ends a subscription: what it holds goes back to the senders, and what is queued too when it was the last one.
    mutating func unsubscribe(_ id: UInt64) -> [Action] {
        guard let subscription = subscriptions.removeValue(forKey: id) else { return [] }
        let address = subscription.address
        guard var box = boxes.removeValue(forKey: address) else { return [] }
        var actions: [Action] = []
        for receiver in box.receivers where receiver.subscription == id {
            actions.append(.deliver(receiver: receiver.id, []))
        }
        box.receivers.removeAll { $0.subscription == id }
        box.subscriptions -= 1
        box.unsettled -= subscription.unsettled.count
        let gone = SendOutcome.failed(
            reason: "The receiver at \(address) went away before it had dealt with the message."
        )
        for (_, parcel) in subscription.unsettled.sorted(by: { $0.key < $1.key }) { conclude(parcel, gone, &actions) }
        if box.subscriptions == 0 {
            for parcel in box.queue { conclude(parcel, gone, &actions) }
        } else {
            boxes[address] = box
        }
        return actions
    }

    private mutating func match(at address: Address) -> [Action] {
        var actions: [Action] = []
        while var box = boxes[address], !box.queue.isEmpty, !box.receivers.isEmpty {
            let receiver = box.receivers.removeFirst()
            let parcels = box.queue.prefix(receiver.limit)
            box.queue.removeFirst(parcels.count)
            box.unsettled += parcels.count
            boxes[address] = box
            let deliveries = parcels.map { parcel in
                let token = makeID()
                subscriptions[receiver.subscription]?.unsettled[token] = parcel
                return Delivery(token: token, message: parcel.message)
            }
            actions.append(.deliver(receiver: receiver.id, deliveries))
        }
        return actions
    }

    private mutating func conclude(_ parcel: Parcel, _ outcome: SendOutcome, _ actions: inout [Action]) {
        guard var sending = sendings.removeValue(forKey: parcel.sender) else { return }
        sending.outcomes[parcel.index] = outcome
        sending.open -= 1
        if sending.open == 0 {
            actions.append(.finish(sender: parcel.sender, sending.outcomes.compactMap(\.self)))
        } else {
            sendings[parcel.sender] = sending
        }
    }
}
