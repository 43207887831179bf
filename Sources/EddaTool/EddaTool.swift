#if CLI
internal import ArgumentParser
internal import EddaCommands

/// The `edda` program: the operator commands on any Edda database, without the program that owns it.
@main struct EddaTool: DatabaseTool {
    static var subcommands: [any ParsableCommand.Type] { [BenchCommand.self] }
}
#else
/// The `edda` program is made of the commands that the trait CLI brings.
@main struct EddaTool {
    static func main() {
        print("edda was built without the trait CLI, which has its commands. Build it with --traits CLI.")
    }
}
#endif
