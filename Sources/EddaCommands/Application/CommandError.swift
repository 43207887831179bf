#if CLI
/// A command could not do what it was asked; the message names the thing and the next command to run.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
#endif
