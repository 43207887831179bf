#if CLI
internal import ArgumentParser
package import Logging
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension EddaApplication {
    /// Runs the command that the command line names, `serve` when it names none, and ends the process: with status 0,
    /// 1 when the command failed or what it wrote was lost, 64 when the command line was wrong.
    @concurrent public static func main() async {  // `@main` takes no function that runs on its caller's actor.
        exit(await run(Array(CommandLine.arguments.dropFirst())) { bootstrapLogging(level: $0) })
    }

    /// Runs one command in this process.
    ///
    /// - Parameters:
    ///   - arguments: The command line without the program's name.
    ///   - prepare: Called with the wanted log level before the command runs.
    /// - Returns: The exit status.
    package static func run(
        _ arguments: [String],
        prepare: (Logger.Level) -> Void = { _ in }
    ) async -> Int32 {
        let output = Output.current
        let status = await attempt(arguments, writingTo: output, prepare: prepare)
        guard let failure = output.failure else { return status }
        output.note("error: \(failure)\n")
        return max(status, ExitCode.failure.rawValue)
    }

    /// How a command ended, whether or not what it wrote arrived.
    private static func attempt(
        _ arguments: [String],
        writingTo output: Output,
        prepare: (Logger.Level) -> Void
    ) async -> Int32 {
        var command: any ParsableCommand
        do {
            command = try RootCommand<Self>.parseAsRoot(arguments)
        } catch {
            return report(error, to: output)
        }
        prepare((command as? any RuntimeCommand)?.logLevel ?? .warning)
        do {
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return report(error, to: output)
        }
    }

    /// Writes what the parser has to say, or one line about what failed.
    private static func report(_ error: any Error, to output: Output) -> Int32 {
        let status = RootCommand<Self>.exitCode(for: error)
        let message = RootCommand<Self>.fullMessage(for: error)
        switch status {
        case .success:
            if !message.isEmpty { output.write(message + "\n") }
        case .failure where error is OutputFailure:
            break  // `run` says it, as it does where nothing else went wrong.
        case .failure where !(error is ExitCode):
            output.note("error: \(error)\n")
        default:
            if !message.isEmpty { output.note(message + "\n") }
        }
        return status.rawValue
    }
}
#endif
