internal import EddaCore

extension ProjectionEngine {
    /// Where every projection stands: those of this program in the order of their definition, then those that the
    /// store has and this program does not define.
    ///
    /// All of it is as of one commit. Counting how many events a projection is behind takes time in proportion to that
    /// number.
    ///
    /// - Throws: Errors of the store.
    public func status() async throws -> [ProjectionStatus] {
        let projections = projections
        return try await store.read { transaction in
            let builds = Dictionary(grouping: try transaction.projections(nil), by: \.name)
            let keepers = try Keepers(transaction)
            let known = try projections.map { projection in
                try ProjectionStatus(projection, builds: builds[projection.name] ?? [], keepers, in: transaction)
            }
            let names = Set(projections.map(\.name))
            let unknown = builds.keys.filter { !names.contains($0) }.sorted()
                .compactMap { name in
                    ProjectionStatus(unknown: name, builds: builds[name] ?? [], keepers)
                }
            return known + unknown
        }
    }
}

/// Who has shown that it keeps projections current.
struct Keepers {
    private let running: Set<String>
    private let silent: Set<String>

    init(_ transaction: any ReadTransaction) throws {
        let owner = ProjectionEngine.timerOwner
        let due = try transaction.dueTimers(owner: owner, at: transaction.now, limit: .max)
        // No timer is put off for longer; one that seems to be was, before the clock was set back.
        let horizon = transaction.now.advanced(by: ProjectionEngine.heartbeat.patience * 2)
        let all = try transaction.dueTimers(owner: owner, at: horizon, limit: .max)
        silent = Set(due.map(\.key))
        running = Set(all.map(\.key)).subtracting(silent)
    }

    func keeper(of name: ProjectionName) -> ProjectionStatus.Keeper {
        if running.contains(name.rawValue) { return .running }
        return silent.contains(name.rawValue) ? .silent : .nobody
    }
}

extension ProjectionStatus {
    init(
        _ projection: Projection,
        builds: [ProjectionRecord],
        _ keepers: Keepers,
        in transaction: any ReadTransaction
    ) throws {
        let shown = Self.shown(of: builds)
        let position = shown?.position ?? .start
        let lag = try transaction.count(matching: projection.query, after: position)
        var lagTime = Duration.zero
        if lag > 0 {
            let next = try transaction.events(
                matching: projection.query,
                .forward,
                after: position,
                upTo: nil,
                limit: 1
            )
            lagTime = next.events.first.map { max(.zero, transaction.now.wall.since($0.recordedAt)) } ?? .zero
        }
        self.init(
            name: projection.name,
            mode: projection.mode,
            shown: shown,
            version: projection.version,
            lag: lag,
            lagTime: lagTime,
            keeper: projection.mode == .async ? keepers.keeper(of: projection.name) : nil,
            builds: builds
        )
    }

    /// `nil` when all that is left of the projection is being removed.
    init?(unknown name: ProjectionName, builds: [ProjectionRecord], _ keepers: Keepers) {
        guard let shown = Self.shown(of: builds) else { return nil }
        self.init(
            name: name,
            mode: nil,
            shown: shown,
            version: shown.version,
            lag: nil,
            lagTime: nil,
            keeper: keepers.keeper(of: name),
            builds: builds
        )
    }

    private init(
        name: ProjectionName,
        mode: Projection.Mode?,
        shown: ProjectionRecord?,
        version: Int,
        lag: Int?,
        lagTime: Duration?,
        keeper: Keeper?,
        builds: [ProjectionRecord]
    ) {
        self.name = name
        self.mode = mode
        self.version = shown?.version ?? version
        build = shown?.build
        position = shown?.position ?? .start
        self.lag = lag
        self.lagTime = lagTime
        self.keeper = keeper
        failure = shown?.failure
        updatedAt = shown?.updatedAt
        state =
            switch shown {
            case nil: .neverRun
            case let shown? where shown.failure != nil: .failed
            case let shown?: shown.status == .live ? .live : .building
            }
        rebuildPosition = builds.first { $0.status == .building && $0.build != shown?.build }?.position
    }

    private static func shown(of builds: [ProjectionRecord]) -> ProjectionRecord? {
        builds.first { $0.status == .live } ?? builds.first { $0.status == .building }
    }
}
