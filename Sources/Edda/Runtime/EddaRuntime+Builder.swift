public import EddaMessaging
public import EddaProjections
public import EddaSagas

extension EddaRuntime {
    /// A projection, a saga or a participant, as a part of a runtime.
    public struct Component: Sendable {
        enum Kind: Sendable {
            case projection(Projection)
            case saga(SagaRegistration)
            case participant(Participant)
        }

        let kind: Kind
    }

    /// Collects the parts of a runtime: projections, sagas by their types, participants, and arrays of them.
    ///
    /// ```swift
    /// try EddaRuntime(store: store) {
    ///     openOrders
    ///     FulfilOrder.self
    ///     inventory
    ///     if reports { monthlyReport }
    /// }
    /// ```
    @resultBuilder
    public enum Builder {
        /// A projection.
        public static func buildExpression(_ projection: Projection) -> [Component] {
            [Component(kind: .projection(projection))]
        }

        /// A kind of saga.
        public static func buildExpression(_ saga: any Saga.Type) -> [Component] {
            [Component(kind: .saga(SagaRegistration(saga)))]
        }

        /// A kind of saga with services: `FulfilOrder.with(clients)`.
        public static func buildExpression(_ saga: SagaRegistration) -> [Component] {
            [Component(kind: .saga(saga))]
        }

        /// A participant.
        public static func buildExpression(_ participant: Participant) -> [Component] {
            [Component(kind: .participant(participant))]
        }

        /// Projections.
        public static func buildExpression(_ projections: [Projection]) -> [Component] {
            projections.flatMap { buildExpression($0) }
        }

        /// Kinds of saga.
        public static func buildExpression(_ sagas: [any Saga.Type]) -> [Component] {
            sagas.flatMap { buildExpression($0) }
        }

        /// Participants.
        public static func buildExpression(_ participants: [Participant]) -> [Component] {
            participants.flatMap { buildExpression($0) }
        }

        /// Parts that were collected elsewhere with this builder.
        public static func buildExpression(_ components: [Component]) -> [Component] { components }

        /// Joins parts.
        public static func buildBlock(_ components: [Component]...) -> [Component] { components.flatMap(\.self) }

        /// `if` without `else`.
        public static func buildOptional(_ components: [Component]?) -> [Component] { components ?? [] }

        /// The first branch of a condition.
        public static func buildEither(first components: [Component]) -> [Component] { components }

        /// The other branch of a condition.
        public static func buildEither(second components: [Component]) -> [Component] { components }

        /// `for` loops.
        public static func buildArray(_ components: [[Component]]) -> [Component] { components.flatMap(\.self) }

        /// Parts behind an availability check.
        public static func buildLimitedAvailability(_ components: [Component]) -> [Component] { components }
    }
}
