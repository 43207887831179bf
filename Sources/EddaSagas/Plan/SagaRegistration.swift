internal import EddaCore

/// A kind of saga together with the services of its `local` steps, for a coordinator.
///
/// A saga without services is registered by its type alone.
public struct SagaRegistration: Sendable {
    /// The kind of saga.
    public let saga: any Saga.Type
    let compile: @Sendable (SchemaRegistry) throws(SagaError) -> SagaProgram

    /// A saga whose steps need no services.
    public init(_ saga: any Saga.Type) {
        self.saga = saga
        compile = Self.compiling(saga)
    }

    init<S: Saga>(_ saga: S.Type, services: S.Services) {
        self.saga = saga
        compile = { schema throws(SagaError) in try SagaProgram.compile(saga, services: services, schema: schema) }
    }

    private static func compiling<S: Saga>(
        _ saga: S.Type
    ) -> @Sendable (SchemaRegistry) throws(SagaError) -> SagaProgram {
        { schema throws(SagaError) in try SagaProgram.compile(saga, schema: schema) }
    }
}

extension Saga {
    /// This kind of saga with the services of its `local` steps.
    ///
    /// ```swift
    /// try EddaRuntime(store: store) { FulfilOrder.with(Clients(mail: mail)) }
    /// ```
    public static func with(_ services: Services) -> SagaRegistration {
        SagaRegistration(Self.self, services: services)
    }
}
