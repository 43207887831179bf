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
        if order.count == 1 {
            return settlements + (await take(replies[order[0]] ?? []))
        }
        await withTaskGroup(of: [Settlement].self) { group in
            for id in order {
                let own = replies[id] ?? []
                group.addTask { await self.take(own) }
            }
            for await fates in group { settlements += fates }
        }
        return settlements
    }

    /// Takes the replies to one saga, one after another.
    private func take(_ replies: [(token: UInt64, reply: SagaReply)]) async -> [Settlement] {
        var fates: [Settlement] = []
        for (token, reply) in replies {
            fates.append(Settlement(token: token, fate: await take(reply)))
        }
        return fates
    }

    private func take(_ reply: SagaReply) async -> Settlement.Fate {
        do {
            switch try await perform(.reply(reply), on: reply.key.saga, cause: reply.messageID) {
            case .saga: return .acknowledged
            case .noSuchSaga:
                dismiss(reply.messageID, "It is for saga \(reply.key.saga), which this store does not have.")
                return .acknowledged
            }
        } catch {
            return .handedBack(reason: "\(error)")
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
