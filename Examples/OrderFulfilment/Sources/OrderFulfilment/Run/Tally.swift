import Edda
import EddaTesting
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Counts in a file, so that they outlive the process that counts, however it ends.
final class Tally: Sendable {
    /// What is counted; the number is the place in the file.
    enum Kind: Int, CaseIterable {
        case lost, duplicated, delayed, clockJumps
    }

    private let descriptor: Int32
    private let counts = Mutex([Int64](repeating: 0, count: Kind.allCases.count))

    /// Begins to count at zero.
    ///
    /// - Throws: ``DataMismatch`` when the file cannot be written.
    init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw DataMismatch("\(path) cannot be written: \(String(cString: strerror(errno))).")
        }
    }

    deinit { close(descriptor) }

    func add(_ count: Int64, to kind: Kind) { change(kind) { $0 + count } }

    func set(_ kind: Kind, to count: Int) { change(kind) { max($0, Int64(count)) } }

    private func change(_ kind: Kind, _ change: (Int64) -> Int64) {
        counts.withLock { counts in
            let count = change(counts[kind.rawValue])
            guard count != counts[kind.rawValue] else { return }
            counts[kind.rawValue] = count
            withUnsafeBytes(of: count.littleEndian) { bytes in
                _ = pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(kind.rawValue * bytes.count))
            }
        }
    }

    /// What a process has counted; zeros where there is nothing.
    static func read(path: String) -> [Kind: Int] {
        let bytes = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
        var counts: [Kind: Int] = [:]
        for kind in Kind.allCases {
            let place = bytes.dropFirst(kind.rawValue * 8).prefix(8)
            counts[kind] = place.reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        return counts
    }
}

/// A faulty transport whose faults are counted in a file as they happen.
struct TalliedTransport: Transport {
    let faulty: FaultyTransport
    let tally: Tally

    func send(_ messages: [Message]) async throws -> [SendOutcome] {
        let outcomes = try await faulty.send(messages)
        let counts = faulty.counts
        tally.set(.lost, to: counts.dropped + counts.lost)
        tally.set(.duplicated, to: counts.duplicated)
        tally.set(.delayed, to: counts.delayed)
        return outcomes
    }

    func subscribe(to address: Address) async throws -> any TransportSubscription {
        try await faulty.subscribe(to: address)
    }
}
