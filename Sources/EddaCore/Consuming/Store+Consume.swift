extension Store {
    /// Handles events as they are committed, and remembers in the store how far it has come.
    ///
    /// ```swift
    /// try await store.consume(as: "mailer", matching: EventQuery(events: OrderPlaced.self)) { events in
    ///     for event in events { try await mailer.confirm(event) }
    /// }
    /// ```
    ///
    /// It begins where the consumer of this name has stopped, works through what is there, then goes on with each event as
    /// it is committed, also by another process. Its checkpoint is stored after `handle` has returned, so every event
    /// is handled **at least once**, in order: after a crash, the batch that was in hand comes again.
    ///
    /// **Shares.** Several consumers of one name divide the events among themselves: give each a `share` of its own, and
    /// start all of them. Each share has a checkpoint. When the number of shares or their key is changed, the new shares
    /// begin where the old share that was furthest behind had come, so some events are handled again and none is passed
    /// over; a consumer that still runs with the old division is stopped by an error.
    ///
    /// **Exclusive.** With a `lease`, one process at a time consumes, and others that ask for the same consumer wait. One
    /// of them takes over at once when the consumer ends, and after the time of the lease when it is silent, because it
    /// was killed or hangs. A process that was only paused finds its lease lost and its checkpoint not stored (guarantee
    /// G13); it waits like the others from then on. Without a lease, nothing keeps two processes from handling the same
    /// events.
    ///
    /// When its task is cancelled it lets `handle` finish the batch that it holds, stores the checkpoint, gives the lease
    /// back and returns. `handle` is not cancelled by that; when the lease is lost, it is.
    ///
    /// - Parameters:
    ///   - name: Names the consumer in the store; without the character `#`.
    ///   - query: Which events. A query for any type stops at an event that is not registered, if the store's
    ///     ``SchemaRegistry`` has events.
    ///   - share: Which part of them.
    ///   - after: Where a consumer begins that has no checkpoint yet.
    ///   - lease: For how long the holder of the lease may be silent, some seconds, at least 10 ms; `nil` for no lease.
    ///   - batchSize: The most events that are handed over together, from 1.
    ///   - handle: Handles events, oldest first; one call at a time.
    /// - Throws: What `handle` throws, with the checkpoint before the batch; ``SchemaError`` for stored events that the
    ///   program cannot read or does not know; ``StoreError``: `invalidArgument`, `staleWrite` when the consumer was
    ///   divided anew, and what reading and writing throw; ``Overloaded``, ``CommitUnknown``.
    public func consume(
        as name: CheckpointName,
        matching query: EventQuery = .all,
        share: ConsumerShare = .all,
        after: Position = .start,
        lease: Duration? = nil,
        batchSize: Int = 256,
        _ handle: @escaping @Sendable (_ events: [RecordedEvent]) async throws -> Void
    ) async throws {
        if let lease, lease < .milliseconds(10) {
            throw StoreError(
                .invalidArgument,
                "Consumer \(name) asks for a lease of \(lease). It has to be 10 ms at least; some seconds are usual."
            )
        }
        let consumer = Consumer(
            store: self,
            layout: try ConsumerLayout(name, share),
            query: query,
            share: share,
            start: after,
            batchSize: Swift.max(1, batchSize),
            handle: handle
        )
        try await checkSchema(subscribingTo: [query])
        do {
            guard let lease else { return try await consumer.work(under: nil) }
            try await consumer.workExclusively(ConsumerLease(store: self, name: consumer.layout.own, duration: lease))
        } catch is CancellationError where Task.isCancelled {
            return
        }
    }
}
