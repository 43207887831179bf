#if CLI
internal import Dispatch
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif
internal import Synchronization

/// The folder of the running workload, which is removed also when the program is interrupted.
final class BenchLeftovers: Sendable {
    private let folder = Mutex(URL?.none)
    /// Kept alive; written by `init` alone.
    nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

    /// Watches for the signals that end a program.
    init() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [weak self] in
                self?.remove()
                exit(128 + number)
            }
            source.resume()
            sources.append(source)
        }
    }

    /// Notes the folder that is to go.
    func add(_ folder: URL) { self.folder.withLock { $0 = folder } }

    /// Removes the folder.
    func remove() {
        folder.withLock { folder in
            if let folder { try? FileManager.default.removeItem(at: folder) }
            folder = nil
        }
    }
}
#endif
