#if CLI
package import Edda

/// A program that works on any Edda database without the code of the program that owns it: `edda` is one.
///
/// It opens databases for reading only, so it creates none, changes none, and may be used while the owner runs. Of
/// the operator commands it has those that need no code.
package protocol DatabaseTool: EddaApplication where Options == DatabaseOptions {}

extension DatabaseTool {
    /// `edda`.
    package static var commandName: String { "edda" }

    /// What the tool does.
    package static var abstract: String { "Look into an Edda database, verify it, back it up." }

    /// A runtime without parts on a store that is read-only.
    package static func make(_ setup: EddaSetup<Self>) async throws -> EddaRuntime {
        var configuration = SQLiteStore.Configuration()
        configuration.opening = .readOnly
        let store = try await SQLiteStore(path: setup.database, configuration: configuration)
        return try EddaRuntime(store: store, logger: setup.logger) {}
    }
}

extension EddaApplication {
    /// Whether the program has no code of the database's owner: no projections, sagas and participants.
    static var isTool: Bool { self is any DatabaseTool.Type }
}
#endif
