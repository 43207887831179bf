internal import EddaCore
internal import Logging

extension ProjectionWorker {
    /// What came of a build.
    struct BuildOutcome: Sendable {
        /// The live build.
        var record: ProjectionRecord
        /// How many events this call applied.
        var events = 0
        /// From which position an earlier, interrupted build was continued.
        var resumedFrom: Position?
    }

    /// Works towards a goal until a build is live; a build that somebody else began is joined or continued.
    ///
    /// A build whose handler fails is removed, so that the next one starts with the mended handler from the first
    /// event; one that is interrupted stays and is continued by the next call.
    ///
    /// - Throws: ``ProjectionError``, `CancellationError`, errors of the store.
    func build(
        towards goal: BuildPlanner.Goal,
        report: @escaping @Sendable (RebuildProgress) -> Void
    ) async throws -> BuildOutcome {
        let start = store.time.now()
        var goal = goal
        var meter: RebuildMeter?
        var applied = 0
        var resumedFrom: Position?
        while true {
            try Task.checkCancellation()
            switch planner.next(towards: goal, records: try await records()) {
            case .refuse(let refusal):
                throw planner.error(for: refusal)
            case .adopt(let record):
                if case .finish = goal {
                    let meter =
                        if let meter { meter } else {
                            try await startMeter(for: record, at: start, ahead: applied)
                        }
                    report(meter.final(at: store.time.now()))
                }
                return BuildOutcome(record: record, events: applied, resumedFrom: resumedFrom)
            case .abandon(let record):
                logger.debug("Giving up build \(record.build) of version \(record.version)")
                try await retire(record)
            case .create(let build):
                guard try await create(build, towards: goal) else { continue }
                logger.debug("Began build \(build) of version \(projection.version)")
                goal = .finish(build: build)
            case .catchUp(let record):
                if goal != .finish(build: record.build) {
                    resumedFrom = record.position
                    goal = .finish(build: record.build)
                }
                if meter == nil {
                    let fresh = try await startMeter(for: record, at: start, ahead: applied)
                    report(fresh.initial(at: store.time.now()))
                    meter = fresh
                }
                // What somebody else applied is not known here, so the events are counted again.
                guard let count = try await extend(record) else {
                    meter = nil
                    continue
                }
                applied += count
                if let progress = meter?.advance(by: count, at: store.time.now()) { report(progress) }
            }
        }
    }

    /// Begins a build: its tables and its row.
    ///
    /// - Returns: Whether it was begun; not when the register says otherwise by now.
    private func create(_ build: Int, towards goal: BuildPlanner.Goal) async throws -> Bool {
        let (projection, planner) = (projection, planner)
        return try await store.write { transaction in
            let records = try transaction.projections(projection.name)
            guard planner.next(towards: goal, records: records) == .create(build: build) else { return false }
            let now = transaction.now.wall
            let record = ProjectionRecord(
                name: projection.name,
                build: build,
                version: projection.version,
                status: .building,
                position: .start,
                tables: projection.tableNames,
                startedAt: now,
                updatedAt: now
            )
            let taken = try transaction.projections(nil).filter { $0.name != projection.name }
            try projection.createTables(of: record, beside: taken, live: planner.live(in: records), in: transaction)
            try transaction.putProjection(record)
            return true
        }
    }

    /// Applies the next events to a build and, when none are left, switches readers over to it.
    ///
    /// - Returns: How many events were applied, `nil` when somebody else has moved the build.
    private func extend(_ seen: ProjectionRecord) async throws -> Int? {
        let batch = try await readBatch { records in
            records.first { $0.build == seen.build && $0.status == .building }
        }
        guard let batch else { return nil }
        do {
            if let failure = batch.failure { throw failure }
            guard batch.isComplete else { return try await commit(batch) ? batch.events.count : nil }
            return try await switchOver(with: batch)
        } catch let failure as HandlerFailure {
            try await retire(batch.record)
            try await removeRetired()
            throw failure.error(
                in: name,
                consequence: "What readers see is unchanged, and build \(seen.build) was removed. Mend the handler, "
                    + "then build again."
            )
        }
    }

    /// Applies the last events of a build, those included that were appended since the batch was read, and makes it
    /// the live one, all in one unit.
    ///
    /// When too many were appended meanwhile it only gets nearer.
    private func switchOver(with batch: EventBatch) async throws -> Int? {
        let (projection, planner, limit, schema) = (projection, planner, configuration.batchSize, store.schema)
        return try await store.write { transaction in
            let records = try transaction.projections(projection.name)
            guard var record = planner.unmoved(batch.record, in: records),
                planner.next(towards: .finish(build: record.build), records: records) == .catchUp(record)
            else { return nil }
            try projection.apply(batch.events, to: record, in: transaction)
            let rest = try transaction.events(
                matching: projection.query,
                .forward,
                after: batch.head,
                upTo: nil,
                limit: limit
            )
            try projection.apply(undecoded: rest.events, to: record, schema: schema, in: transaction)
            record.position = max(batch.head, rest.head)
            record.updatedAt = transaction.now.wall
            if rest.events.count < limit {
                record.status = .live
                record.failure = nil
                let live = planner.live(in: records)
                let orphans = planner.orphanedViews(switchingTo: record, from: live)
                try projection.switchViews(to: record, removing: orphans, in: transaction)
                if var live {
                    live.status = .retired
                    live.updatedAt = record.updatedAt
                    try transaction.putProjection(live)
                }
            }
            try transaction.putProjection(record)
            return batch.events.count + rest.events.count
        }
    }

    private func startMeter(for record: ProjectionRecord, at start: Moment, ahead: Int) async throws -> RebuildMeter {
        let (name, query) = (name, projection.query)
        let counts = try await store.read { transaction in
            (
                total: try transaction.count(matching: query, after: .start),
                rest: try transaction.count(matching: query, after: record.position)
            )
        }
        let done = counts.total - counts.rest
        return RebuildMeter(
            projection: name,
            started: start,
            before: max(0, done - ahead),
            done: done,
            total: counts.total
        )
    }
}
