import ArgumentParser
import Edda
import EddaTesting
import Foundation
import Logging

/// `run`: fulfils orders, and says how it came out.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Fulfil orders, from a file or generated, and check that everything balances.",
        discussion: """
            Four services work in one process, each on a database of its own. Run it again with the same arguments and the \
            same --data folder, after a crash too: nothing is ordered twice.

            On SIGTERM it takes no more work, finishes what it holds, and ends.

            Exit status: 0 when everything balances and no saga is parked, 1 when not, 64 for a wrong command line, 65 for \
            wrong input, 66 when an input file cannot be read, 143 after SIGTERM.
            """
    )

    @Option(
        help: ArgumentHelp(
            "Orders as JSON Lines: {\"order\", \"customer\", \"currency\", \"country\", \"lines\": [{\"sku\", \"quantity\", \"unitPriceMinor\"}]}.",
            valueName: "file"
        )
    )
    var orders: String?

    @Option(help: ArgumentHelp("Stock as JSON Lines: {\"sku\", \"quantity\"}.", valueName: "file"))
    var stock: String?

    @Option(help: "How many orders are generated when there is no file of them.")
    var count = 50

    @Option(help: "Chooses the generated orders, the declined payments and the faults of the transport.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Where the databases live. (default: a new temporary folder)", valueName: "dir"))
    var data: String?

    @Option(help: "How many sagas are in flight; 1 means strictly one after another in the order of the file.")
    var concurrency = 16

    @Option(help: "The share of payments that the bank declines, 0 to 1.")
    var declineRate = 0.0

    @Option(help: "The share of held payments that cannot be taken, so that their orders are undone, 0 to 1.")
    var captureDeclineRate = 0.0

    @Option(help: "The share of payments that cannot be given back, so that the sagas of undone orders park, 0 to 1.")
    var voidFailureRate = 0.0

    @Flag(help: "Go on while sagas are parked, until an operator has decided about each of them.")
    var waitForOperator = false

    @Option(help: "The share of messages that the transport loses, 0 to 0.9.")
    var dropRate = 0.0

    @Option(help: "The share of messages that the transport delivers twice, 0 to 1.")
    var duplicateRate = 0.0

    @Option(help: "The longest time that the transport holds a message back, in milliseconds.")
    var delayMs = 0

    @OptionGroup var strain: StrainOptions

    @Flag(help: "Place the good orders and report the lines that cannot be used, instead of placing none.")
    var skipInvalid = false

    @Flag(help: "Print one JSON object at the end, and nothing else.")
    var json = false

    @Option(
        help: "From which level on services log to standard error: trace, debug, info, notice, warning, error.",
        transform: level(named:)
    )
    var logLevel: Logger.Level = .error

    func validate() throws {
        for (name, rate, most) in [
            ("--decline-rate", declineRate, 1.0), ("--capture-decline-rate", captureDeclineRate, 1.0),
            ("--void-failure-rate", voidFailureRate, 1.0), ("--drop-rate", dropRate, 0.9),
            ("--duplicate-rate", duplicateRate, 1.0),
        ] {
            guard (0...most).contains(rate) else {
                throw ValidationError("\(name) is a share from 0 to \(most), not \(rate).")
            }
        }
        guard (0...1_000_000).contains(count) else { throw ValidationError("--count is 0 to 1000000, not \(count).") }
        guard (1...10_000).contains(concurrency) else {
            throw ValidationError("--concurrency is 1 to 10000, not \(concurrency).")
        }
        if strain.first > 1, stock == nil { throw ValidationError("--first needs --stock.") }
        guard (0...60_000).contains(delayMs) else { throw ValidationError("--delay-ms is 0 to 60000, not \(delayMs).") }
    }

    func run() async throws {
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let screen = Screen(isQuiet: json)
        do {
            let world = try readInput(screen)
            let folder = try DataFolder(data)
            try await folder.claim()
            screen.note("Databases: \(folder.path)\n")
            let report = try await fulfil(world, in: folder, screen)
            screen.show(report, asJSON: json)
            if !report.isGood { throw ExitCode.failure }
        } catch is Interruption {
            screen.note("Ended by SIGTERM. Run it again with the same arguments to go on.\n")
            throw ExitCode(Interruption.status)
        } catch let error as DataMismatch {
            screen.complain("\(error)")
            throw ExitCode(65)
        } catch let error as UnreadableFile {
            screen.complain("\(error)")
            throw ExitCode(66)
        }
    }

    /// Reads all input before anything is done.
    private func readInput(_ screen: Screen) throws -> World {
        let world = try World(
            ordersFile: orders,
            stockFile: stock,
            first: strain.first,
            count: count,
            seed: seed
        )
        for line in world.bad { screen.complain(line.description) }
        if !world.bad.isEmpty, !skipInvalid {
            screen.complain(
                "\(world.bad.count) lines cannot be used, so no order is placed. Correct them, or pass --skip-invalid to place "
                    + "the others."
            )
            throw ExitCode(65)
        }
        return world
    }

    private func fulfil(_ world: World, in folder: DataFolder, _ screen: Screen) async throws -> Report {
        let tally = try strain.tally.map { try Tally(path: $0) }
        let faulty = FaultyTransport(
            wrapping: InProcessTransport(),
            seed: strain.faultSeed ?? seed,
            faults: FaultyTransport.Faults(
                dropRate: dropRate,
                duplicateRate: duplicateRate,
                delay: delayMs > 0 ? .zero ... .milliseconds(delayMs) : nil
            )
        )
        let hasFaults = dropRate > 0 || duplicateRate > 0 || delayMs > 0
        let services = try await Services.open(
            folder,
            Services.Settings(
                misfortunes: Bank.Misfortunes(
                    declineRate: declineRate,
                    captureDeclineRate: captureDeclineRate,
                    voidFailureRate: voidFailureRate,
                    seed: seed
                ),
                losesMessages: dropRate > 0,
                time: strain.clockJumpMs > 0
                    ? JumpingTime(every: .milliseconds(strain.clockJumpMs), seed: seed, tally: tally) : .system,
                logger: Logger(label: "order-fulfilment")
            ),
            transport: hasFaults
                ? (tally.map { TalliedTransport(faulty: faulty, tally: $0) } ?? faulty) : InProcessTransport()
        )
        let fulfilment = Fulfilment(
            services: services,
            world: world,
            concurrency: concurrency,
            waitsForOperator: waitForOperator,
            endsQuiet: strain.untilQuiet
        )
        return try await services.whileRunning {
            let before = try await services.orders.store.read { try $0.sagaCounts() }
            let clock = ContinuousClock()
            let start = clock.now
            try await Interruption.orResult {
                try await screen.following(services, orders: world.orders.count) { try await fulfilment.run() }
            }
            return try await Report.make(
                of: services,
                invalid: world.bad.filter { $0.file != stock }.count,
                folder: folder.path,
                endedBefore: before[.completed, default: 0] + before[.compensated, default: 0],
                duration: clock.now - start
            )
        } finally: {
            await faulty.stop()
        }
    }
}

@Sendable private func level(named text: String) throws -> Logger.Level {
    guard let level = Logger.Level(rawValue: text) else {
        throw ValidationError("\"\(text)\" is no log level.")
    }
    return level
}
