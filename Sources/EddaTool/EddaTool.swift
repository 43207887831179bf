#if CLI
internal import ArgumentParser
internal import Edda
internal import EddaCommands

/// The `edda` program: the operator commands on any Edda database, without the program that owns it.
@main struct EddaTool: EddaApplication {
    static var commandName: String { "edda" }

    static var abstract: String { "Look into an Edda database, verify it, back it up." }

    static var subcommands: [any ParsableCommand.Type] { [BenchCommand.self] }

    static func make(_ setup: Setup) async throws -> EddaRuntime {
        try EddaRuntime(store: try await SQLiteStore(path: setup.database), logger: setup.logger) {}
    }
}
#else
/// The `edda` program is made of the commands that the trait CLI brings.
@main struct EddaTool {
    static func main() {
        print("edda was built without the trait CLI, which has its commands. Build it with --traits CLI.")
    }
}
#endif
