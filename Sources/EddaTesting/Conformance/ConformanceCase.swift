internal import EddaCore

/// One behaviour that every store has, and how to see it.
///
/// ```swift
/// @Test(arguments: StoreConformance.cases)
/// func conforms(_ behaviour: ConformanceCase) async throws {
///     try await behaviour.run(MyFactory())
/// }
/// ```
public struct ConformanceCase: Sendable, CustomStringConvertible {
    /// The topic and the behaviour.
    public let name: String

    /// Makes a store, looks whether it behaves, and closes it.
    ///
    /// It throws a ``ConformanceFailure`` when it does not.
    public let run: @Sendable (any StoreFactory) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (ConformanceBench) async throws -> Void) {
        self.name = name
        run = { factory in
            let time = ManualTime()
            let bench = ConformanceBench(
                name: name,
                factory: factory,
                store: try await factory.makeStore(time: time),
                time: time
            )
            do {
                try await body(bench)
            } catch {
                await bench.store.close()
                if error is ConformanceFailure { throw error }
                throw ConformanceFailure(case: name, message: "an unexpected error: \(error)")
            }
            await bench.store.close()
        }
    }

    /// The name.
    public var description: String { name }
}

/// A store does not behave as every store does.
public struct ConformanceFailure: Error, Hashable, CustomStringConvertible {
    /// The name of the case.
    public let `case`: String
    /// What was expected and what was found.
    public let message: String

    /// Describes a failure.
    public init(case name: String, message: String) {
        self.case = name
        self.message = message
    }

    /// The name and the message.
    public var description: String { "\(self.case): \(message)" }
}
