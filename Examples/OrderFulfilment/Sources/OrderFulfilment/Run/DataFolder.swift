import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folder that holds the databases of the four services.
struct DataFolder: Sendable {
    let path: String

    /// The folder at a path, or a new temporary one.
    ///
    /// - Throws: When it is not there and cannot be made.
    init(_ path: String?) throws {
        let chosen =
            path
            ?? FileManager.default.temporaryDirectory.appending(path: "order-fulfilment-\(UUID())")
            .path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: chosen, withIntermediateDirectories: true)
        self.path = chosen
    }

    /// The database of a service.
    func database(of service: ServiceName) -> String { "\(path)/\(service.rawValue).db" }

    /// The ledger of the bank, which is none of the services.
    var bankLedger: String { "\(path)/bank.db" }

    /// Keeps a second run out of the folder for as long as this process lives.
    ///
    /// A process that was killed holds its lock until the last of its threads is gone, so a lock that is held is asked
    /// for again for some seconds.
    ///
    /// - Throws: ``DataMismatch`` when another run is at work there, or the folder cannot be written.
    func claim(within patience: Duration = .seconds(5)) async throws {
        let descriptor = open("\(path)/run.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw DataMismatch(
                "\(path) cannot be written: \(String(cString: strerror(errno))). Use another --data folder."
            )
        }
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard clock.now < deadline else {
                throw DataMismatch("Another run is at work in \(path). Wait for its end, or use another --data folder.")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        // The descriptor stays open: the kernel lets go of the lock when the process ends, however it ends.
    }
}

/// The four services.
enum ServiceName: String, CaseIterable, Sendable {
    case orders
    case inventory
    case payments
    case shipping
}
