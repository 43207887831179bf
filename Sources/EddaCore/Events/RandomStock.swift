#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Random numbers of the system, fetched many at a time: a call of the system for each would cost more than the id that
/// is made of it.
package struct RandomStock: RandomNumberGenerator {
    private var numbers: [UInt64] = []

    package init() {}

    /// As many as `getentropy` gives at once: 256 bytes (man7.org/linux/man-pages/man3/getentropy.3.html).
    private static let count = 32

    package mutating func next() -> UInt64 {
        if numbers.isEmpty { refill() }
        return numbers.removeLast()
    }

    private mutating func refill() {
        numbers = Array(repeating: 0, count: Self.count)
        let isFilled = numbers.withUnsafeMutableBytes { getentropy($0.baseAddress!, $0.count) == 0 }
        if !isFilled {
            var system = SystemRandomNumberGenerator()
            numbers = (0..<Self.count).map { _ in system.next() }
        }
    }
}
