import Edda
import Foundation
import Logging

/// The four services, each on a database of its own, in one process.
struct Services: Sendable {
    /// What can be set about them.
    struct Settings: Sendable {
        var misfortunes = Bank.Misfortunes()
        /// Whether messages get lost, so that silence is to be taken for loss soon.
        var losesMessages = false
        /// How long one waits for a database that another process keeps locked.
        var lockTimeout: Duration = .seconds(10)
        var time: any TimeSource = .system
        var logger = Logger(label: "order-fulfilment")
    }

    /// How long each of them may take to leave once it is asked to.
    static let shutdownLimit = Duration.seconds(5)

    let orders: EddaRuntime
    let inventory: EddaRuntime
    let payments: EddaRuntime
    let shipping: EddaRuntime
    /// What the payments service calls; it outlives the services, as the outside does.
    let bank: Bank

    /// Opens all of them on one transport.
    ///
    /// - Throws: `StoreError` when a database cannot be opened.
    static func open(_ folder: DataFolder, _ settings: Settings, transport: any Transport) async throws -> Services {
        let bank = try await Bank.open(folder.bankLedger, settings.misfortunes)
        func open(_ service: ServiceName) async throws -> EddaRuntime {
            try await runtime(of: service, in: folder, settings, bank: bank, transport: transport)
        }
        return Services(
            orders: try await open(.orders),
            inventory: try await open(.inventory),
            payments: try await open(.payments),
            shipping: try await open(.shipping),
            bank: bank
        )
    }

    /// Opens one service.
    ///
    /// - Throws: `StoreError` when its database cannot be opened.
    static func runtime(
        of service: ServiceName,
        in folder: DataFolder,
        _ settings: Settings,
        bank: Bank = .unreachable,
        transport: any Transport = InProcessTransport()
    ) async throws -> EddaRuntime {
        var configuration = SQLiteStore.Configuration()
        configuration.lockTimeout = settings.lockTimeout
        let store = try await SQLiteStore(
            path: folder.database(of: service),
            configuration: configuration,
            schema: try service.schema,
            time: settings.time
        )
        let logger = settings.logger
        switch service {
        case .orders:
            var patience = SagaCoordinator.Configuration()
            if settings.losesMessages {
                patience.resend = .exponential(attempts: nil, initial: .milliseconds(200), cap: .seconds(5))
            }
            if settings.misfortunes.voidFailureRate > 0 {
                // Soon enough for somebody who looks on.
                patience.undoRetry = .exponential(attempts: 4, initial: .milliseconds(50), cap: .milliseconds(400))
            }
            return try EddaRuntime(
                store: store,
                transport: transport,
                name: "orders",
                sagaConfiguration: patience,
                logger: logger,
                shutdownLimit: shutdownLimit
            ) {
                OrdersService.orderSummary
                FulfilOrder.self
                OrdersService.participant
            }
        case .inventory:
            return try EddaRuntime(
                store: store,
                transport: transport,
                name: "inventory",
                logger: logger,
                shutdownLimit: shutdownLimit
            ) {
                InventoryService.stockLevels
                InventoryService.participant
            }
        case .payments:
            return try EddaRuntime(
                store: store,
                transport: transport,
                name: "payments",
                logger: logger,
                shutdownLimit: shutdownLimit
            ) {
                PaymentsService.paymentStatus
                PaymentsService(bank: bank).participant
            }
        case .shipping:
            return try EddaRuntime(
                store: store,
                transport: transport,
                name: "shipping",
                logger: logger,
                shutdownLimit: shutdownLimit
            ) {
                ShippingService.shipments
                ShippingService.participant
            }
        }
    }

    private var all: [EddaRuntime] { [orders, inventory, payments, shipping] }

    /// Keeps all four at work while `body` runs; then lets them finish what they hold and closes their databases.
    ///
    /// - Throws: What `body` throws, or what ended a service.
    func whileRunning<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result,
        finally end: () async -> Void = {}
    ) async throws -> Result {
        do {
            let result = try await Self.run(all[...], body)
            await end()
            await close()
            return result
        } catch {
            await end()
            await close()
            throw error
        }
    }

    private static func run<Result: Sendable>(
        _ runtimes: ArraySlice<EddaRuntime>,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard let first = runtimes.first else { return try await body() }
        return try await first.whileRunning { try await run(runtimes.dropFirst(), body) }
    }

    /// Returns when every read model holds all that has happened.
    ///
    /// - Throws: `ProjectionError` when one does not get there within a minute.
    func settleReadModels() async throws {
        for (runtime, projection) in [
            (orders, OrdersService.orderSummary), (inventory, InventoryService.stockLevels),
            (payments, PaymentsService.paymentStatus), (shipping, ShippingService.shipments),
        ] {
            let head = try await runtime.store.head()
            try await runtime.projections.wait(for: [projection.name], until: head, timeout: .seconds(60))
        }
    }

    /// Returns when no service has a message that waits to be sent.
    ///
    /// - Throws: `StoreError`.
    func settleOutboxes() async throws {
        // Who receives may send in turn, so all are to be quiet twice in a row.
        var quietRounds = 0
        while quietRounds < 2 {
            quietRounds += 1
            for runtime in all {
                let counts = try await runtime.store.read { try $0.outboxCounts() }
                // What stands behind a dead letter waits for an operator.
                if counts.ready > 0 || counts.held > 0 && counts.dead == 0 { quietRounds = 0 }
            }
            if quietRounds < 2 { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    private func close() async {
        for runtime in all { await runtime.store.close() }
        await bank.close()
    }
}
