#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Bytes of JSON, in memory that grows as they are written.
///
/// Writing changes what it refers to, not the value: a class that holds one pays for no check of exclusive access.
struct JSONInk: ~Copyable {
    private struct Memory {
        var base: UnsafeMutablePointer<UInt8>
        var capacity: Int
        var count: Int
    }

    private let memory: UnsafeMutablePointer<Memory>

    init(capacity: Int) {
        memory = Self.allocate(MemoryLayout<Memory>.size).bindMemory(to: Memory.self, capacity: 1)
        let base = Self.allocate(capacity).bindMemory(to: UInt8.self, capacity: capacity)
        memory.initialize(to: Memory(base: base, capacity: capacity, count: 0))
    }

    deinit {
        free(base)
        free(memory)
    }

    private var base: UnsafeMutablePointer<UInt8> { memory.pointee.base }
    private var capacity: Int { memory.pointee.capacity }

    private(set) var count: Int {
        get { memory.pointee.count }
        nonmutating set { memory.pointee.count = newValue }
    }

    /// The bytes.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    /// A part of the bytes.
    @inline(__always)
    func bytes(_ start: UInt32, _ length: UInt32) -> UnsafeBufferPointer<UInt8> {
        precondition(Int(start) + Int(length) <= count)
        return UnsafeBufferPointer(start: base + Int(start), count: Int(length))
    }

    /// Room for `most` further bytes, of which `write` says how many it has filled.
    @inline(__always)
    func write(atMost most: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
        if capacity - count < most { grow(by: most) }
        let written = write(base + count)
        precondition(written <= most)
        count += written
    }

    @inline(__always)
    func write(_ byte: UInt8) {
        if count == capacity { grow(by: 1) }
        base[count] = byte
        count += 1
    }

    /// Writes bytes as they are.
    @inline(__always)
    func write(verbatim bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        if capacity - count < bytes.count { grow(by: bytes.count) }
        (base + count).update(from: start, count: bytes.count)
        count += bytes.count
    }

    @inline(__always)
    func write(_ literal: StaticString) {
        write(verbatim: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Writes text that needs no escapes, without quotes.
    func write(plain text: String) {
        var text = text
        text.withUTF8 { write(verbatim: $0) }
    }

    /// Writes a string in quotes, with the escapes that JSON asks for (RFC 8259, section 7), and no others.
    @inline(__always)
    func write(quoted text: String) {
        var text = text
        text.withUTF8 { write(quoted: $0) }
    }

    /// Writes a string in quotes; eight bytes at a time, as long as none needs an escape.
    @inline(__always)
    func write(quoted text: UnsafeBufferPointer<UInt8>) {
        let mark = count
        if capacity - count < text.count + 2 { grow(by: text.count + 2) }
        base[count] = UInt8(ascii: "\"")
        let target = base + count + 1
        var place = 0
        if let source = text.baseAddress {
            while text.count - place >= 8 {
                let word = UnsafeRawPointer(source + place).loadUnaligned(as: UInt64.self)
                if JSONWord.escapes(word) != 0 { return unusual(text, mark) }
                UnsafeMutableRawPointer(target + place).storeBytes(of: word, as: UInt64.self)
                place += 8
            }
            while place < text.count {
                let byte = source[place]
                if JSONInk.isEscaped(byte) { return unusual(text, mark) }
                target[place] = byte
                place += 1
            }
        }
        target[place] = UInt8(ascii: "\"")
        count += place + 2
    }

    /// Whether a byte cannot stand in a string as it is.
    @inline(__always)
    static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    @inline(never)
    private func unusual(_ text: UnsafeBufferPointer<UInt8>, _ mark: Int) {
        count = mark
        write(atMost: text.count * 6 + 2) { target in
            Self.quote(text, at: target) - target
        }
    }

    /// Writes a string in quotes where there is room for six times its length and two.
    ///
    /// - Returns: The place behind it.
    static func quote(
        _ text: UnsafeBufferPointer<UInt8>,
        at target: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var place = target
        func put(_ byte: UInt8) {
            place.pointee = byte
            place += 1
        }
        func digit(_ value: UInt8) -> UInt8 {
            value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
        }
        put(UInt8(ascii: "\""))
        for byte in text {
            guard isEscaped(byte) else {
                put(byte)
                continue
            }
            put(UInt8(ascii: "\\"))
            switch byte {
            case 0x08: put(UInt8(ascii: "b"))
            case 0x09: put(UInt8(ascii: "t"))
            case 0x0A: put(UInt8(ascii: "n"))
            case 0x0C: put(UInt8(ascii: "f"))
            case 0x0D: put(UInt8(ascii: "r"))
            case 0..<0x20:
                for byte in [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0"), digit(byte >> 4)] { put(byte) }
                put(digit(byte & 0xF))
            default: put(byte)
            }
        }
        put(UInt8(ascii: "\""))
        return place
    }

    @inline(never)
    private func grow(by more: Int) {
        let larger = max(capacity * 2, count + more)
        guard let moved = realloc(base, larger) else { preconditionFailure("Out of memory.") }
        memory.pointee.base = moved.bindMemory(to: UInt8.self, capacity: larger)
        memory.pointee.capacity = larger
    }

    /// Memory from `malloc`: what Swift allocates for pointers asks for an alignment, which is slower.
    private static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        guard let memory = malloc(size) else { preconditionFailure("Out of memory.") }
        return memory
    }
}

/// Eight bytes looked at together.
enum JSONWord {
    private static let each: UInt64 = 0x0101_0101_0101_0101
    static let high: UInt64 = 0x8080_8080_8080_8080

    /// The bytes from a place on, the first one lowest; zeros behind the end.
    @inline(__always)
    static func load(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> UInt64 {
        guard let start = bytes.baseAddress else { return 0 }
        let count = bytes.count - place
        if count >= 8 { return UInt64(littleEndian: UnsafeRawPointer(start + place).loadUnaligned(as: UInt64.self)) }
        var word: UInt64 = 0
        for offset in 0..<count { word |= UInt64(start[place + offset]) << UInt64(offset * 8) }
        return word
    }

    /// Where fewer than eight bytes are left, spaces in the place of those that are not there.
    @inline(__always)
    static func padding(_ count: Int) -> UInt64 {
        count >= 8 ? 0 : (each &* 0x20) << UInt64(count * 8)
    }

    /// Not zero when any byte needs an escape in a JSON string: a control character, a quote, a backslash.
    @inline(__always)
    static func escapes(_ word: UInt64) -> UInt64 {
        // A byte of zero is found by the borrow of a subtraction: of which bytes is uncertain, but not whether of any.
        let quote = word ^ (each &* UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (each &* UInt64(UInt8(ascii: "\\")))
        return (((quote &- each) & ~quote) | ((backslash &- each) & ~backslash) | ((word &- each &* 0x20) & ~word))
            & high
    }
}
