internal import EddaCore

/// Brings inline projections to the last appended event, in the transaction that appends.
struct InlineHook: AppendHook {
    let workers: [ProjectionWorker]
    let schema: SchemaRegistry

    func didAppend(_ events: [RecordedEvent], in transaction: any WriteTransaction) throws {
        guard let first = events.first?.position, let last = events.last?.position else { return }
        for worker in workers {
            let query = worker.projection.query
            let concern = events.filter(query.matches)
            if !concern.isEmpty {
                try follow(worker, concern, from: first, to: last, in: transaction)
                continue
            }
            // A position that trails behind other people's events costs nothing, see `idleLag`; writing it does.
            let isDue = (first.value - 1) / ProjectionWorker.idleLag != last.value / ProjectionWorker.idleLag
            if isDue { try moveOn(worker, to: last, in: transaction) }
        }
    }

    /// Keeps the position of a projection that events do not concern, unless it has missed some that do.
    ///
    /// Nothing is applied, so that nothing of the projection stands in the way of such events: neither a gap nor a
    /// handler that fails, nor a newer program. What was missed is left to the engine that runs, and to the next event
    /// that concerns the projection.
    private func moveOn(
        _ worker: ProjectionWorker,
        to last: Position,
        in transaction: any WriteTransaction
    ) throws {
        let planner = worker.planner
        guard let record = try planner.live(in: transaction.projections(worker.name)),
            record.version == planner.version, record.position < last
        else { return }
        let missed = try transaction.events(
            matching: worker.projection.query,
            .forward,
            after: record.position,
            upTo: last,
            limit: 1
        )
        guard missed.events.isEmpty else { return }
        try keep(record, at: last, in: transaction)
    }

    private func follow(
        _ worker: ProjectionWorker,
        _ events: [RecordedEvent],
        from first: Position,
        to last: Position,
        in transaction: any WriteTransaction
    ) throws {
        let (projection, planner) = (worker.projection, worker.planner)
        // Without a build of this version one is being made, and it will come to these events by itself.
        guard let record = try planner.ownLive(in: transaction.projections(projection.name)),
            record.position < last
        else { return }
        do {
            let before = Position(first.value - 1)
            if record.position < before {
                let missed = try self.missed(by: worker, after: record.position, upTo: before, in: transaction)
                try projection.apply(undecoded: missed, to: record, schema: schema, in: transaction)
            }
            let position = record.position
            let fresh = events.filter { $0.position > position }
            try projection.apply(undecoded: fresh, to: record, schema: schema, in: transaction)
        } catch let failure as HandlerFailure {
            throw failure.error(
                in: projection.name,
                consequence: "It is an inline projection, so nothing was appended."
            )
        }
        try keep(record, at: last, in: transaction)
    }

    /// Notes that a projection has come to a position.
    private func keep(
        _ record: ProjectionRecord,
        at position: Position,
        in transaction: any WriteTransaction
    ) throws {
        var record = record
        record.position = position
        record.failure = nil
        record.updatedAt = transaction.now.wall
        try transaction.putProjection(record)
    }

    /// Events that were appended by a program that does not know the projection.
    private func missed(
        by worker: ProjectionWorker,
        after position: Position,
        upTo end: Position,
        in transaction: any WriteTransaction
    ) throws -> [RecordedEvent] {
        let limit = worker.configuration.gapLimit
        let page = try transaction.events(
            matching: worker.projection.query,
            .forward,
            after: position,
            upTo: end,
            limit: limit + 1
        )
        guard page.events.count <= limit else {
            throw ProjectionError(
                .tooFarBehind,
                projection: worker.name,
                "Inline projection \(worker.name) stands at position \(position) and has missed more than \(limit) "
                    + "events, too many for an append to make up for. Run `projections rebuild \(worker.name)`, or "
                    + "start the program again."
            )
        }
        return page.events
    }
}
