public import EddaCore
public import EddaSagas

/// How sagas are tested; the defaults fit most of them.
public struct SagaTestOptions: Sendable {
    /// The settings of the coordinator.
    ///
    /// Here a compensation that is never answered parks its saga after a minute and one that fails after 4 tries, so
    /// that runs stay short. Alerts go to an address of the test, which counts them.
    public var configuration: SagaCoordinator.Configuration
    /// The address of the service that owns the saga.
    ///
    /// A participant with this name shares its store, as in a service that does both.
    public var address: Address = "sagas"
    /// How the events and messages become bytes and back.
    public var schema = SchemaRegistry()
    /// Other sagas that the coordinator has to know: those that the tested one starts.
    public var otherSagas: [SagaRegistration] = []
    /// The signals that the saga awaits; each is given when a step waits for it.
    public var signals: [SagaTestSignal] = []
    /// Makes stores on which samples of the runs are done a second time, such as SQLite stores; they have to come to
    /// the same end.
    public var sampleStores: (any StoreFactory)?
    /// Every so many runs one is a sample, the first run among them; from 1, which is every run.
    public var sampleEvery = 50
    /// Whether each fault is tried at each point; otherwise only the seeds are run.
    public var triesEachPoint = true
    /// The most things that may happen in a run; a saga that is not at rest by then counts as stuck.
    public var stepLimit = 4_000

    /// The defaults.
    public init() {
        configuration = SagaCoordinator.Configuration()
        configuration.undoRetry = .exponential(attempts: 4)
        configuration.undoPatience = .seconds(60)
    }
}
