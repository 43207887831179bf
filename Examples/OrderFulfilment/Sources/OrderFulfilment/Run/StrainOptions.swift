import ArgumentParser

/// What `torture` asks of the runs that it starts, beyond what people do.
struct StrainOptions: ParsableArguments {
    @Option(help: "The number of the first generated order; the others before it are left out. Needs --stock.")
    var first = 1

    @Option(
        help: ArgumentHelp(
            "About how often the wall clock of the services jumps an hour ahead or back, in milliseconds; 0 is never.",
            valueName: "ms"
        )
    )
    var clockJumpMs = 0

    @Flag(help: "Go on at the end until no message waits to be sent.")
    var untilQuiet = false

    @Option(help: ArgumentHelp("Chooses the faults of the transport. (default: --seed)", visibility: .hidden))
    var faultSeed: UInt64?

    @Option(help: ArgumentHelp("A file in which faults are counted as they happen.", visibility: .hidden))
    var tally: String?

    func validate() throws {
        guard (1...1_000_000).contains(first) else { throw ValidationError("--first is 1 to 1000000, not \(first).") }
        guard (0...86_400_000).contains(clockJumpMs) else {
            throw ValidationError("--clock-jump-ms is 0 to 86400000, not \(clockJumpMs).")
        }
    }
}
