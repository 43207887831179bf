package import EddaCore

/// A store that hands on to another one whatever it does not do itself.
///
/// Appends are units of change as for any store, so one that only looks at ``Store/write(_:)`` sees them too.
package protocol ForwardingStore: Store {
    /// The store that is handed on to.
    var base: any Store { get }
}

extension ForwardingStore {
    package var schema: SchemaRegistry { base.schema }
    package var time: any TimeSource { base.time }
    package var signals: StoreSignals { base.signals }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await base.read(body)
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await base.write(body)
    }

    package func install(_ hook: any AppendHook) async throws { try await base.install(hook) }
    package func close() async { await base.close() }
}
