#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// One value or one key of a JSON document, in the order in which they stand there.
struct JSONToken {
    /// What the value is.
    enum Kind: UInt8 {
        case null
        case `false`
        case `true`
        /// A number of digits alone, with or without a minus.
        case integer
        /// A number with a fraction or an exponent.
        case number
        case string
        case object
        case array
    }

    /// What is known of a string, or of all keys of an object.
    struct Traits: OptionSet {
        let rawValue: UInt8

        /// A string without escapes: its bytes are its text.
        static let verbatim = Traits(rawValue: 1)
        /// A string without escapes, all ASCII: equal bytes are the only way to be equal to it, save for other scripts'
        /// characters that are canonically equivalent to an ASCII one.
        static let plain = Traits(rawValue: 2)
        /// An object whose keys are plain and strictly rising, so that none occurs twice.
        static let ordered = Traits(rawValue: 4)
    }

    var kind: Kind
    var traits: Traits
    /// Of strings and numbers, the place of the first byte of the content.
    ///
    /// Of objects, the token where the next search for a key begins.
    var start: UInt32
    /// Of strings and numbers, the bytes of the content.
    ///
    /// Of arrays and objects, how many values they hold.
    var length: UInt32
    /// The token after this value and all that it holds.
    var next: UInt32
}

/// The tokens of a document, in memory that grows as they are appended.
///
/// Copies share the memory, which is freed by whoever asked for it: what refers to tokens is copied often, and counts no
/// references.
struct JSONTokens {
    private var base: UnsafeMutablePointer<JSONToken>?
    private(set) var capacity = 0
    private(set) var count = 0

    /// Gives the memory back; a token is trivial, nothing of it needs to be torn down.
    func deallocate() { free(base) }

    /// Forgets the tokens and keeps the memory.
    mutating func removeAll() { count = 0 }

    /// Adds a token behind the others.
    @inline(__always)
    mutating func append(_ token: JSONToken) {
        if count == capacity { grow() }
        (base.unsafelyUnwrapped + count).initialize(to: token)
        count += 1
    }

    /// A token; an index that no token has traps.
    @inline(__always)
    subscript(index: Int) -> JSONToken {
        unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return UnsafePointer(base.unsafelyUnwrapped + index)
        }
        nonmutating unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return base.unsafelyUnwrapped + index
        }
    }

    /// Memory from `malloc`: what Swift allocates for pointers asks for an alignment, which is slower.
    @inline(never)
    private mutating func grow() {
        capacity = max(capacity * 2, 64)
        guard let memory = realloc(base, capacity * MemoryLayout<JSONToken>.stride) else {
            preconditionFailure("Out of memory.")
        }
        base = memory.bindMemory(to: JSONToken.self, capacity: capacity)
    }
}
