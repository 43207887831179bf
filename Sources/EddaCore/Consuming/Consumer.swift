internal import Logging

/// One consumer at work: reads, has events handled, and keeps how far it has come.
struct Consumer: Sendable {
    let store: any Store
    let layout: ConsumerLayout
    let query: EventQuery
    let share: ConsumerShare
    let start: Position
    let batchSize: Int
    let handle: @Sendable ([RecordedEvent]) async throws -> Void

    /// Works whenever the lease is held, until the task is cancelled.
    func workExclusively(_ lease: ConsumerLease) async throws {
        while true {
            try await lease.acquire()
            do {
                try await work(under: lease)
                return try await finishing { try await lease.giveBack() }
            } catch let lost as LeaseLost where lost.held.name == lease.name {
                lease.didLose()
                Logger.current.warning("Consumer \(layout.own) lost its lease.", metadata: ["reason": "\(lost)"])
            } catch {
                // Another process may succeed where this one failed. What failed here counts, not what fails now.
                try? await finishing { try await lease.giveBack() }
                throw error
            }
        }
    }

    /// Works until the task is cancelled, then returns.
    func work(under lease: ConsumerLease?) async throws {
        var progress = ConsumerProgress(at: try await begin(under: lease))
        do {
            while true {
                try Task.checkCancellation()
                let seen = store.signals.events.count
                let (page, wanted) = try await read(after: progress.position)
                let isFull = page.events.count == batchSize
                switch progress.next(page, wanted: wanted, isFull: isFull, now: store.time.now()) {
                case .deliver(let events, let position):
                    let stored = progress.stored
                    progress.didKeep(
                        try await finishing {
                            try await handle(events, beatingFor: lease)
                            return try await keep(position, expecting: stored, under: lease)
                        }
                    )
                case .keep(let position):
                    progress.didKeep(try await keep(position, expecting: progress.stored, under: lease))
                case .read:
                    _ = try await lease?.beatIfDue()
                case .wait(let limit):
                    let pause = try await lease?.beatIfDue()
                    try await wait(past: seen, for: [limit, pause].compactMap(\.self).min())
                }
            }
        } catch is CancellationError where Task.isCancelled {
            guard progress.isBehind else { return }
            let (position, stored) = (progress.position, progress.stored)
            _ = try await finishing { try await keep(position, expecting: stored, under: lease) }
        }
    }

    /// Finds out where to begin, after dividing the events anew if they were divided otherwise.
    private func begin(under lease: ConsumerLease?) async throws -> Position {
        let (layout, start, held) = (layout, start, lease?.held)
        return try await store.write { transaction in
            if let held { try transaction.beat(held) }
            let rows = layout.rows(among: try transaction.checkpoints(beginningWith: layout.name.rawValue))
            let beginning = layout.begin(rows, start: start)
            for name in beginning.remove { try transaction.removeCheckpoint(name) }
            for row in beginning.set { try transaction.setCheckpoint(row.name, to: row.position) }
            return beginning.position
        }
    }

    /// A page, and those of its events that are in the share; it ends before an event that nobody knows.
    private func read(after position: Position) async throws -> (page: EventPage, wanted: [RecordedEvent]) {
        let page = try await store.events(matching: query, after: position, limit: batchSize)
        let wanted = page.events.filter(share.contains)
        guard query.coversAnyType else { return (page, wanted) }
        for (index, event) in wanted.enumerated() {
            do {
                try store.schema.requireKnown(event)
            } catch {
                guard index > 0 else { throw error }
                let before = Position(event.position.value - 1)
                return (EventPage(events: page.events, head: before), Array(wanted[..<index]))
            }
        }
        return (page, wanted)
    }

    /// Has events handled while the lease is kept; a lease that is lost cancels the handling.
    private func handle(_ events: [RecordedEvent], beatingFor lease: ConsumerLease?) async throws {
        guard let lease else { return try await handle(events) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.handle(events) }
            group.addTask { try await lease.keepBeating() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Stores the position, unless the checkpoint is not where this consumer has left it.
    ///
    /// - Returns: The position from which it goes on: where the checkpoint is now, whoever has moved it.
    /// - Throws: ``LeaseLost`` or ``StoreError`` with code `staleWrite`, with nothing written.
    private func keep(
        _ position: Position,
        expecting stored: Position,
        under lease: ConsumerLease?
    ) async throws -> Position {
        let (layout, held, now) = (layout, lease?.held, store.time.now())
        if lease != nil, held == nil { throw CancellationError() }
        let (kept, beaten): (Position, Lease?) = try await store.write { transaction in
            let beaten = try held.map { try transaction.beat($0) }
            let present = try layout.position(in: transaction, expecting: stored)
            guard present == stored else { return (present, beaten) }
            try transaction.setCheckpoint(layout.own, to: position)
            return (position, beaten)
        }
        if let beaten { lease?.didBeat(beaten, at: now) }
        if kept != position {
            Logger.current.notice(
                "The checkpoint of consumer \(layout.own) was moved; it goes on from there.",
                metadata: ["position": "\(kept)"]
            )
        }
        return kept
    }

    private func wait(past seen: UInt64, for limit: Duration?) async throws {
        guard let limit else {
            try await store.signals.events.wait(past: seen)
            return
        }
        try await store.signals.events.wait(past: seen, for: limit, by: store.time)
    }

    /// Runs `body` to its end also when the task is cancelled.
    private func finishing<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await Task { try await body() }.value
    }
}

extension ConsumerLayout {
    /// Where the checkpoint of the share stands.
    ///
    /// - Throws: ``StoreError`` with code `staleWrite` when it is gone, because the events were divided anew.
    fileprivate func position(in transaction: any WriteTransaction, expecting stored: Position) throws -> Position {
        let present = try transaction.checkpoint(own)
        // A checkpoint that is not there reads as the start.
        guard present == .start else { return present }
        guard try transaction.checkpoints(beginningWith: own.rawValue).contains(where: { $0.name == own }) else {
            throw StoreError(
                .staleWrite,
                "The checkpoint \(own) is gone: consumer \(name) was started with another division of its events. Stop "
                    + "those that run with this one, and start them with the present one."
            )
        }
        return present
    }
}
