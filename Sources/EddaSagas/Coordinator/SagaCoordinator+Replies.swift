package import EddaCore
internal import EddaMessaging
internal import Logging

extension SagaCoordinator {
    /// Deals with replies: those of one saga in order, different sagas side by side.
    ///
    /// A reply that can never be dealt with is done with: refused, it would be a dead letter that holds up the later
    /// replies of its partition key. What is no reply at all has come to the wrong address and is refused.
    package func settle(_ deliveries: [Delivery]) async -> [Settlement] {
        var settlements: [Settlement] = []
        var order: [SagaID] = []
        var replies: [SagaID: [(token: UInt64, reply: SagaReply)]] = [:]
        for delivery in deliveries {
            switch Self.read(delivery.message) {
            case .success(let reply):
                if replies[reply.key.saga] == nil { order.append(reply.key.saga) }
                replies[reply.key.saga, default: []].append((delivery.token, reply))
            case .failure(let error) where delivery.message.type == ReplyMessage.type:
                dismiss(delivery.message.id, error.description)
                settlements.append(Settlement(token: delivery.token, fate: .acknowledged))
            case .failure(let error):
                settlements.append(Settlement(token: delivery.token, fate: .refused(reason: error.description)))
            }
        }
        // The first reply of each saga, then the second ones.
        var round = 0
        while true {
            let batch = order.compactMap { id in replies[id].flatMap { round < $0.count ? $0[round] : nil } }
            if batch.isEmpty { return settlements }
            let inputs = batch.map { (SagaInput.reply($0.reply), $0.reply.key.saga, Optional($0.reply.messageID)) }
            for ((token, reply), outcome) in zip(batch, await performEach(inputs).outcomes) {
                settlements.append(Settlement(token: token, fate: fate(of: reply, outcome)))
            }
            round += 1
        }
    }

    private func fate(of reply: SagaReply, _ outcome: Result<SagaUnit.Outcome, any Error>) -> Settlement.Fate {
        switch outcome {
        case .success(.saga): return .acknowledged
        case .success(.noSuchSaga):
            dismiss(reply.messageID, "It is for saga \(reply.key.saga), which this store does not have.")
            return .acknowledged
        case .failure(let error): return .handedBack(reason: "\(error)")
        }
    }

    private func dismiss(_ messageID: String, _ reason: String) {
        logger.warning(
            "A reply cannot be dealt with and is dropped.",
            metadata: ["message": "\(messageID)", "reason": "\(reason)"]
        )
    }

    private static func read(_ message: Message) -> Result<SagaReply, MessageError> {
        guard message.type == ReplyMessage.type else {
            return .failure(MessageError(attribute: "type", problem: "is no reply: \(message.type)"))
        }
        guard let key = SagaKey(message.idempotencyKey) else {
            let problem = "names no step of a saga: \"\(message.idempotencyKey)\""
            return .failure(MessageError(attribute: "idempotencykey", problem: problem))
        }
        do {
            let outcome = try ReplyMessage.outcome(of: message)
            return .success(SagaReply(key: key, outcome: outcome, messageID: message.id))
        } catch {
            return .failure(error)
        }
    }
}
