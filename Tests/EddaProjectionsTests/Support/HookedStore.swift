import EddaCore
import EddaTesting

/// A program among several on one store: only its own appends run its hooks.
final class HookedStore: ForwardingStore {
    let base: any Store
    private let hooks = Shared<[any AppendHook]>([])

    init(_ base: any Store) { self.base = base }

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
}
