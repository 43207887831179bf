import EddaCore

/// A program among several on one store: only its own appends run its hooks.
final class HookedStore: Store {
    private let base: any Store
    private let hooks = Shared<[any AppendHook]>([])

    init(_ base: any Store) { self.base = base }

    var schema: SchemaRegistry { base.schema }
    var time: any TimeSource { base.time }
    var signals: StoreSignals { base.signals }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
    ) async throws -> Result {
        try await base.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await base.write(body)
    }

    func append(_ append: Append) async throws -> AppendResult {
        let hooks = hooks.get()
        return try await base.write { transaction in
            let before = try transaction.head()
            let result = try transaction.append(append)
            let events = try transaction.events(matching: .all, .forward, after: before, upTo: nil, limit: .max).events
            for hook in hooks { try hook.didAppend(events, in: transaction) }
            return result
        }
    }

    func install(_ hook: any AppendHook) async throws { hooks.update { $0.append(hook) } }
    func close() async { await base.close() }
}
