public import EddaCore
public import EddaMessaging
public import EddaProjections
public import EddaSagas
public import Logging
public import ServiceLifecycle

/// Everything that works on one store: projections, sagas, participants and the outbox.
///
/// ```swift
/// let store = try await SQLiteStore(path: "orders.db")
/// let runtime = try EddaRuntime(store: store) {
///     openOrders          // a projection
///     FulfilOrder.self    // a saga
///     inventory           // a participant
/// }
/// try await runtime.run()
/// ```
///
/// It is a `Service` of swift-service-lifecycle: put it into a `ServiceGroup` beside the other services of a program.
/// On graceful shutdown it takes no more work, finishes what it holds, and then stops. Events can be appended and
/// sagas started whether it runs or not; what they cause happens when it runs.
///
/// Several runtimes in one process, each with a store of its own, reach each other when they share a transport.
public final class EddaRuntime: Service {
    /// The store that everything works on.
    public let store: any Store
    /// What carries messages between participants and sagas.
    public let transport: any Transport
    /// Keeps the projections current; answers how far they are, and rebuilds them.
    public let projections: ProjectionEngine
    /// Drives the sagas.
    public let sagas: SagaCoordinator
    /// The name of the service that this runtime is; its sagas receive their replies at `<name>.sagas`.
    public let name: Address
    /// How long a graceful shutdown waits for work that has begun.
    public let shutdownLimit: Duration

    /// How the participants work.
    let participantConfiguration: ParticipantWorker.Configuration
    /// How the outbox is sent.
    let outboxConfiguration: OutboxPump.Configuration
    /// The parts that it was made of.
    package let components: Components
    /// Raised when a shutdown has to wait for a call of a participant.
    package let waitsForCalls = Signal()
    let logger: Logger

    /// A runtime of the given parts.
    ///
    /// Nothing runs yet, and nothing has been written to the store.
    ///
    /// - Parameters:
    ///   - store: The store that everything works on.
    ///   - transport: What carries messages; within this process by default.
    ///   - name: The name of the service; different for each service that shares a transport.
    ///   - sagaConfiguration: How patient the sagas are with silence and with failed compensations.
    ///   - participantConfiguration: How much the participants do at once, and for how long they remember it.
    ///   - outboxConfiguration: How many messages are sent together, and how often one is tried that cannot be sent.
    ///   - logger: Gets what the workers have to say.
    ///   - shutdownLimit: How long a graceful shutdown waits for work that has begun, before it cancels it.
    ///   - components: Projections, sagas by their types, participants.
    /// - Throws: ``ConfigurationError`` when two parts have one name; `InvalidSetting` when a setting is outside of its
    ///   range; what the projections and sagas themselves find
    ///   wrong.
    public init(
        store: any Store,
        transport: any Transport = InProcessTransport(),
        name: Address = "edda",
        sagaConfiguration: SagaCoordinator.Configuration = .init(),
        participantConfiguration: ParticipantWorker.Configuration = .init(),
        outboxConfiguration: OutboxPump.Configuration = .init(),
        logger: Logger = Logger(label: "edda"),
        shutdownLimit: Duration = .seconds(10),
        @Builder components: () throws -> [Component]
    ) throws {
        guard shutdownLimit > .zero else {
            throw ConfigurationError(
                .invalidShutdownLimit,
                "The shutdown limit is \(shutdownLimit). Give it a positive duration, such as 10 seconds."
            )
        }
        try participantConfiguration.validate()
        try outboxConfiguration.validate()
        guard participantConfiguration.inboxWindow >= sagaConfiguration.inboxWindow else {
            throw ConfigurationError(
                .inboxWindowTooShort,
                "The participants remember what they did for \(participantConfiguration.inboxWindow), but the sagas rely "
                    + "on \(sagaConfiguration.inboxWindow). Give both configurations the same inboxWindow."
            )
        }
        let address = try Address(validating: "\(name).sagas")
        let parts = try Components(components(), reserved: address)
        self.store = store
        self.transport = transport
        self.name = name
        self.logger = logger
        self.shutdownLimit = shutdownLimit
        self.participantConfiguration = participantConfiguration
        self.outboxConfiguration = outboxConfiguration
        self.components = parts
        projections = try ProjectionEngine(store: store, projections: parts.projections, logger: logger)
        sagas = try SagaCoordinator(
            store: store,
            address: address,
            registrations: parts.sagas,
            logger: logger,
            configuration: sagaConfiguration
        )
    }

    /// Makes sure that what is stored can be read, then creates or brings up to date what the parts need in the store.
    ///
    /// ``run()`` does it too; call it when the views of projections are to be read before. Doing it again changes
    /// nothing.
    ///
    /// - Throws: `SchemaError` that names stored types and versions which this program cannot read; `StoreError`; what
    ///   the projections throw.
    public func prepare() async throws {
        try await withLogger(logger) { _ in
            _ = try await store.checkSchema(
                handling: components.events,
                subscribingTo: components.projections.map(\.query)
            )
        }
        try await projections.prepare()
    }

    /// Starts a saga, or finds the one that was started under this id.
    ///
    /// The saga is durable when this returns, and moves as soon as a runtime with this saga runs on the store.
    ///
    /// - Parameters:
    ///   - saga: The kind of saga.
    ///   - id: Its id; the same id again finds the same saga.
    ///   - state: What it begins with.
    ///   - correlationID: The conversation that it is part of.
    /// - Returns: The saga's row.
    /// - Throws: `StoreError` with code `sagaMismatch` when the id belongs to a saga of another kind, and what
    ///   ``SagaCoordinator`` throws.
    @discardableResult
    public func start<S: Saga>(
        _ saga: S.Type,
        id: SagaID,
        state: S.State,
        correlationID: String? = nil
    ) async throws -> SagaRecord {
        try await sagas.start(saga, id: id, state: state, correlationID: correlationID)
    }
}
