#if CLI
internal import ArgumentParser
internal import Edda

/// Reads a name from the command line; what is wrong with it becomes the message of the parser.
@Sendable func name<N: Name>(_ text: String) throws -> N {
    do {
        return try N(validating: text)
    } catch {
        throw ValidationError("\(error)")
    }
}
#endif
