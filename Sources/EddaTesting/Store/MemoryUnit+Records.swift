internal import EddaCore

extension MemoryUnit {
    func dueTimers(owner: String, at moment: Moment, limit: Int) throws -> [TimerRow] {
        try checkLimit(limit)
        return scheduled(of: owner, from: moment).filter { $0.delay <= .zero }.prefix(limit).map(\.timer)
    }

    func nextTimer(owner: String) throws -> Moment? { scheduled(of: owner, from: now).first?.timer.due }

    func setTimer(_ timer: TimerRow) throws {
        set(\.timers[MemoryState.Key(timer.owner, timer.key)], to: timer)
        changes.insert(.timers)
    }

    func cancelTimer(owner: String, key: String) throws {
        set(\.timers[MemoryState.Key(owner, key)], to: nil)
    }

    private func scheduled(of owner: String, from moment: Moment) -> [(timer: TimerRow, delay: Duration)] {
        let owner = ExactText(owner)
        return state.timers.filter { $0.key.owner == owner }
            .map { ($0.value, $0.value.due.delay(from: moment)) }
            .sorted { ($0.1, $0.0.key) < ($1.1, $1.0.key) }
    }
}

extension MemoryUnit {
    func saga(_ id: SagaID) throws -> SagaRecord? { state.sagas[id] }

    func sagas(_ filter: SagaFilter) throws -> [SagaRecord] {
        try checkLimit(filter.limit)
        return state.sagas.values
            .filter(filter.admits)
            .sorted { $0.id < $1.id }
            .prefix(filter.limit)
            .map { $0 }
    }

    func sagaCounts() throws -> [SagaRecord.Status: Int] {
        state.sagas.values.reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
    }

    func overdueSagas(at now: Timestamp) throws -> [SagaName: Int] {
        var filter = SagaFilter()
        filter.overdueAt = now
        return state.sagas.values.filter(filter.admits).reduce(into: [:]) { $0[$1.name, default: 0] += 1 }
    }

    func putSaga(_ record: SagaRecord) throws {
        let stored = state.sagas[record.id]
        if let stored, stored.name != record.name {
            throw StoreError(
                .sagaMismatch,
                "Saga \(record.id) exists and is a \(stored.name), not a \(record.name). Choose another id."
            )
        }
        guard record.revision == (stored?.revision ?? 0) + 1 else {
            throw StoreError(
                .staleWrite,
                "Saga \(record.id) stands at revision \(stored?.revision ?? 0), so revision \(record.revision) does not "
                    + "follow. Read it again."
            )
        }
        set(\.sagas[record.id], to: record)
    }
}

extension MemoryUnit {
    func projections(_ name: ProjectionName?) throws -> [ProjectionRecord] {
        state.projections.values
            .filter { name == nil || name == $0.name }
            .sorted { ($0.name, $0.build) < ($1.name, $1.build) }
    }

    func putProjection(_ record: ProjectionRecord) throws {
        set(\.projections[MemoryState.Build(name: record.name, number: record.build)], to: record)
        changes.insert(.projections)
    }

    func removeProjection(_ name: ProjectionName, build: Int) throws {
        set(\.projections[MemoryState.Build(name: name, number: build)], to: nil)
        changes.insert(.projections)
    }
}

extension MemoryUnit {
    func lease(_ name: LeaseName) throws -> Lease? { state.leases[name] }

    func leases() throws -> [Lease] { state.leases.values.sorted { $0.name < $1.name } }

    func putLease(_ lease: Lease) throws {
        let stored = state.leases[lease.name]
        if let stored, stored.epoch > lease.epoch {
            throw StoreError(
                .staleWrite,
                "The lease \(lease.name) stands in epoch \(stored.epoch), so epoch \(lease.epoch) writes nothing. Read it "
                    + "again."
            )
        }
        set(\.leases[lease.name], to: lease)
        if stored?.isSameHolding(as: lease) != true { changes.insert(.leases) }
    }
}
