import EddaCore
import Synchronization

/// JSON that counts how many values were decoded.
final class CountingCodec: EventCodec {
    private let json = JSONCodec()
    private let count = Mutex(0)

    var contentType: String { json.contentType }

    func encode(_ value: some Encodable) throws -> [UInt8] { try json.encode(value) }

    func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        count.withLock { $0 += 1 }
        return try json.decode(type, from: bytes)
    }

    /// How many values were decoded while `body` ran.
    func counting(_ body: () async throws -> Void) async rethrows -> Int {
        let before = count.withLock { $0 }
        try await body()
        return count.withLock { $0 } - before
    }
}
