public import EddaCore
public import Logging
internal import Synchronization

/// Keeps the projections of a program current, and rebuilds them.
///
/// ```swift
/// let engine = try ProjectionEngine(store: store, projections: [openOrders], logger: logger)
/// try await engine.prepare()
/// try await engine.run()
/// ```
///
/// Everything it knows is in the store's register, one row for each build of a projection, which is written in the
/// transaction that writes the rows (guarantee G5). Engines in several processes can therefore work on one store: one
/// may rebuild and switch while another goes on appending.
public final class ProjectionEngine: Sendable {
    /// What can be set.
    public struct Configuration: Sendable {
        /// The pauses after a handler of an asynchronous projection failed; its `attempts` are not heeded, since giving
        /// up would leave the projection silently behind.
        public var retry: RetryPolicy
        /// The most events that one transaction applies, from 1.
        public var batchSize: Int
        /// The most missed events that an append makes up for in an inline projection, from 0.
        public var gapLimit: Int

        /// The settings: pauses up to 30 s, 256 events a transaction, 1,000 missed events.
        public init(
            retry: RetryPolicy = .exponential(attempts: nil, cap: .seconds(30)),
            batchSize: Int = 256,
            gapLimit: Int = 1_000
        ) {
            self.retry = retry
            self.batchSize = batchSize
            self.gapLimit = gapLimit
        }

        /// Checks that an engine can work with it.
        ///
        /// - Throws: `InvalidSetting`, naming the setting.
        func validate() throws(InvalidSetting) {
            try InvalidSetting.check("retry", retry)
            try InvalidSetting.check("batchSize", batchSize, from: 1)
            try InvalidSetting.check("gapLimit", gapLimit, from: 0)
        }
    }

    private struct State {
        var isHookInstalled = false
        var isPrepared = false
    }

    /// The projections, in the order in which they were given.
    public let projections: [Projection]

    let store: any Store
    let workers: [ProjectionWorker]
    let configuration: Configuration
    let logger: Logger
    private let state = Mutex(State())

    /// An engine for the projections of a program.
    ///
    /// - Throws: ``ProjectionError`` with code `invalidTable` or `invalidDefinition`; `InvalidSetting` when a setting is
    ///   outside of its range.
    public init(
        store: any Store,
        projections: [Projection],
        logger: Logger,
        configuration: Configuration = .init()
    ) throws {
        try configuration.validate()
        try Projection.validate(projections)
        self.store = store
        self.projections = projections
        self.logger = logger
        self.configuration = configuration
        workers = projections.map {
            ProjectionWorker(projection: $0, store: store, configuration: configuration, logger: logger)
        }
    }

    /// Makes every projection live: creates tables and views, and applies the events that are there already.
    ///
    /// A projection that is live in the present version is left as it is; an inline one that has missed events is
    /// brought up to date. One that is new, or live in a lower version, is built from the first event, and readers
    /// are switched over when that is done; until then they see the old version, which stands still. A build that was
    /// interrupted is continued, tables of replaced builds are removed. Calling it again does nothing.
    ///
    /// It takes as long as the builds take. When it throws, what was live before is live still.
    ///
    /// - Throws: ``ProjectionError``: `olderProgram`, `definitionChanged`, `badTable`, `tableTaken`, `handlerFailed`,
    ///   `superseded`; errors of the store.
    public func prepare() async throws {
        // Before anything is built: from the switch on, no append passes it by.
        try await attach()
        for worker in workers {
            _ = try await worker.build(towards: .current) { progress in
                worker.logger.debug(
                    "Building",
                    metadata: ["done": "\(progress.done)", "total": "\(progress.total)"]
                )
            }
            if worker.projection.mode == .inline { try await worker.catchUpLive(flush: false) }
            try await worker.removeRetired()
        }
        state.withLock { $0.isPrepared = true }
    }

    /// Brings all projections to the events that are there when the call begins, once.
    ///
    /// Prepares them first if that has not been done. One that fails does not keep the others from it.
    ///
    /// - Throws: ``ProjectionError`` of the first projection that failed; as ``prepare()``; errors of the store.
    public func catchUp() async throws {
        try await prepareOnce()
        var failure: ProjectionError?
        for worker in workers {
            do {
                try await worker.catchUpLive(flush: true)
            } catch let error as ProjectionError {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    func prepareOnce() async throws {
        if !state.withLock({ $0.isPrepared }) { try await prepare() }
    }

    /// The worker of a projection.
    ///
    /// - Throws: ``ProjectionError`` with code `unknownProjection`.
    func worker(for name: ProjectionName) throws(ProjectionError) -> ProjectionWorker {
        if let worker = workers.first(where: { $0.name == name }) { return worker }
        throw ProjectionError(
            .unknownProjection,
            projection: name,
            "This program defines no projection \(name); it defines \(workers.map(\.name.rawValue).sorted())."
        )
    }

    /// Has everything that this process appends from now on take the inline projections along, and builds nothing.
    ///
    /// ``prepare()`` does it too. A program that appends without preparing, such as a command that runs beside the
    /// service, calls it first: otherwise readers see its events only when the service has noticed them. A projection
    /// that was never built in the present version is left alone. Doing it again changes nothing.
    ///
    /// - Throws: Errors of the store. One that is read-only is no error: nothing is appended to it.
    public func attach() async throws {
        let inline = workers.filter { $0.projection.mode == .inline }
        let isFirst = state.withLock { state in
            defer { state.isHookInstalled = true }
            return !state.isHookInstalled
        }
        guard isFirst, !inline.isEmpty else { return }
        do {
            try await store.install(InlineHook(workers: inline, schema: store.schema))
        } catch let error as StoreError where error.code == .readOnly {
            return
        } catch {
            state.withLock { $0.isHookInstalled = false }
            throw error
        }
    }
}
