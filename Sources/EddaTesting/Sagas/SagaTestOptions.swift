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
    /// Other sagas that the coordinator has to know.
    public var otherSagas: [any Saga.Type] = []
    /// Makes stores on which samples of the runs are done a second time, such as SQLite stores; they have to come to
    /// the same end.
    public var sampleStores: (any StoreFactory)?
    /// Every so many runs one is a sample.
    public var sampleEvery = 50
    /// The most things that may happen in a run; a saga that is not at rest by then counts as stuck.
    public var stepLimit = 4_000

    /// The defaults.
    public init() {
        configuration = SagaCoordinator.Configuration()
        configuration.undoRetry = .exponential(attempts: 4)
        configuration.undoPatience = .seconds(60)
    }
}
