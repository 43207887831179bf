public import ArgumentParser
import Edda
import EddaCommands
import Foundation
import Logging

/// The program: `run`, and Edda's operator commands on the data that a run leaves.
public struct OrderFulfilmentCommand: AsyncParsableCommand {
    /// Its commands.
    ///
    /// Of Edda's own `serve` is left out: one service alone would wait for the other three.
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "order-fulfilment",
            abstract: "Orders, stock, payments and parcels: four services and the saga that keeps them in step.",
            subcommands: [RunCommand.self, TortureCommand.self, AuditCommand.self]
                + OperatorCommands<OrderFulfilment>.all.filter { $0.configuration.commandName != "serve" }
        )
    }

    /// For the parser.
    public init() {}
}

/// One of the services, for the operator commands.
struct OrderFulfilment: EddaApplication {
    struct Options: ParsableArguments, Sendable {
        @Option(help: ArgumentHelp("The folder with the databases of a run.", valueName: "dir"))
        var data: String

        @Option(help: "Which service is meant: orders, inventory, payments or shipping.")
        var service: ServiceName = .orders

        @Option(help: "How long to wait for a database that another process keeps locked, in milliseconds.")
        var lockTimeoutMs = 10_000

        func validate() throws {
            guard (0...3_600_000).contains(lockTimeoutMs) else {
                throw ValidationError("--lock-timeout-ms is 0 to 3600000, not \(lockTimeoutMs).")
            }
        }
    }

    static let commandName = "order-fulfilment"

    static func make(_ setup: Setup) async throws -> EddaRuntime {
        let options = setup.options
        guard FileManager.default.fileExists(atPath: "\(options.data)/\(options.service.rawValue).db") else {
            throw DataMismatch(
                "\(options.data) holds no database of \(options.service.rawValue). Run "
                    + "`order-fulfilment run --data \(options.data)` first."
            )
        }
        return try await Services.runtime(
            of: options.service,
            in: DataFolder(options.data),
            Services.Settings(lockTimeout: .milliseconds(options.lockTimeoutMs), logger: setup.logger)
        )
    }
}

extension ServiceName: ExpressibleByArgument {}
