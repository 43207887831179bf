#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A place for one value of a document in the making: a member of an object, an element of an array, or the document.
struct JSONEntry {
    /// What has been written there.
    enum Kind: UInt8 {
        case empty
        /// A literal, a number, a string, or an array that was written as a whole.
        case text
        case object
        case array
    }

    /// What is known of a key, or of a container.
    struct Traits: OptionSet {
        let rawValue: UInt8

        /// Of a key: it has characters that JSON escapes.
        static let escaped = Traits(rawValue: 1)
        /// Of a key, or of any key of an object: it is not ASCII, so that equal keys may have different bytes.
        static let nonASCII = Traits(rawValue: 2)
        /// Of an array: its elements come in no order of their own.
        static let unordered = Traits(rawValue: 4)
        /// Of an array: its elements are pairs, and the pairs come in no order of their own.
        static let unorderedPairs = Traits(rawValue: 8)
    }

    var kind = Kind.empty
    var traits: Traits = []
    /// How many containers the value is in.
    var depth: UInt16 = 0
    /// The first eight bytes of the key, the first one highest, so that most keys are told apart by one comparison.
    var prefix: UInt64 = 0
    /// Of a member, where its key begins; of an element, its number.
    var keyStart: UInt32 = 0
    var keyLength: UInt32 = 0
    /// Of text, where it begins; of a container, the first entry in it.
    var start: UInt32 = 0
    /// Of text, its length; of a container, how many entries are in it.
    var length: UInt32 = 0
    /// Of a container, the last entry in it.
    var last: UInt32 = 0
    /// The next entry in the same container; 0 is none, for the first entry of all is in none.
    var next: UInt32 = 0
    /// The container; of the document, itself.
    var parent: UInt32 = 0
}

/// The entries of a document in the making, in memory that grows as they are appended.
///
/// Appending changes what it refers to, not the value: a class that holds one pays for no check of exclusive access.
struct JSONEntries: ~Copyable {
    private struct Memory {
        var base: UnsafeMutablePointer<JSONEntry>
        var capacity: Int
        var count: Int
    }

    private let memory: UnsafeMutablePointer<Memory>

    init(capacity: Int) {
        memory = Self.allocate(MemoryLayout<Memory>.size).bindMemory(to: Memory.self, capacity: 1)
        let base = Self.allocate(capacity * MemoryLayout<JSONEntry>.stride)
            .bindMemory(to: JSONEntry.self, capacity: capacity)
        memory.initialize(to: Memory(base: base, capacity: capacity, count: 0))
    }

    deinit {
        // An entry is trivial: nothing of it needs to be torn down.
        free(memory.pointee.base)
        free(memory)
    }

    var count: Int { memory.pointee.count }

    /// Adds an entry behind the others.
    @inline(__always)
    func append(_ entry: JSONEntry) -> Int {
        let count = count
        if count == memory.pointee.capacity { grow() }
        (memory.pointee.base + count).initialize(to: entry)
        memory.pointee.count = count + 1
        return count
    }

    /// An entry; an index that none has traps.
    @inline(__always)
    subscript(index: Int) -> JSONEntry {
        unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: memory.pointee.count))
            return UnsafePointer(memory.pointee.base + index)
        }
        nonmutating unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: memory.pointee.count))
            return memory.pointee.base + index
        }
    }

    @inline(never)
    private func grow() {
        let larger = memory.pointee.capacity * 2
        guard let moved = realloc(memory.pointee.base, larger * MemoryLayout<JSONEntry>.stride) else {
            preconditionFailure("Out of memory.")
        }
        memory.pointee.base = moved.bindMemory(to: JSONEntry.self, capacity: larger)
        memory.pointee.capacity = larger
    }

    private static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        guard let memory = malloc(size) else { preconditionFailure("Out of memory.") }
        return memory
    }
}
