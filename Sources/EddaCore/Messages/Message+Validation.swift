extension Message {
    /// Checks that the message can be read again once its attributes have been written down, and be told from others.
    ///
    /// A time outside the years 0 to 9999 cannot be read again, nor can a name that was made unchecked and breaks a rule. An
    /// empty id, source or idempotency key would be the same for all that have none.
    ///
    /// - Throws: ``StoreError`` with code `invalidArgument`, which names the message and the attribute.
    package func validate() throws(StoreError) {
        for (attribute, text) in [("id", id), ("source", source), ("idempotencykey", idempotencyKey)] where text.isEmpty
        {
            throw refusal("its \(attribute) is empty")
        }
        try check("type", type)
        try check("destination", destination)
        try check("time", time)
        if let replyTo { try check("replyto", replyTo) }
        if let deadline { try check("deadline", deadline) }
        if let firstSent { try check("firstsent", firstSent) }
    }

    private func check<N: Name>(_ attribute: String, _ name: N) throws(StoreError) {
        guard let reason = N.fault(in: name.rawValue) else { return }
        throw refusal("its \(attribute) is no \(N.kind): \(reason)")
    }

    private func check(_ attribute: String, _ time: Timestamp) throws(StoreError) {
        guard !time.hasNotation else { return }
        throw refusal("its \(attribute), \(time), is not of the years 0 to 9999")
    }

    private func refusal(_ reason: String) -> StoreError {
        StoreError(
            .invalidArgument,
            "Message \(id) is not put into the outbox: \(reason)."
        )
    }
}
