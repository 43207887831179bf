#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Owns the memory of a tape, and lends it to one document after another.
///
/// Each thread keeps one for its next document, so that reading one allocates nothing. A document is usually done with when
/// the call that decodes it returns. If a decoder or an array was kept then, it keeps the owner, which serves no other
/// document and ends with the last of them. An object's container does not keep it: see ``JSONTapeObject``.
final class JSONTapeOwner {
    let tape: JSONTape
    /// The document, followed by zeros, so that eight bytes can be read at any place in it.
    private var document: UnsafeMutablePointer<UInt8>
    private var capacity = 4_096
    private let shapes: JSONShapes

    private init() {
        tape = JSONTape(content: JSONTapeContents.take())
        document = .allocate(capacity: capacity)
        shapes = JSONShapes()
        tape.content.pointee.owner = Unmanaged.passUnretained(self)
    }

    deinit {
        tape.content.pointee.tokens.shrink()
        document.deallocate()
        shapes.deallocate()
        JSONTapeContents.give(tape.content)
    }

    /// Reads a document in UTF-8 and calls `body` with its tape.
    ///
    /// - Throws: ``JSONFault``, or what `body` throws.
    static func reading<Result>(_ bytes: [UInt8], _ body: (JSONTape) throws -> Result) throws -> Result {
        var owner: JSONTapeOwner? = take()
        defer { giveBack(&owner) }
        let tape = try bytes.withUnsafeBufferPointer { bytes in try read(bytes, as: nil, by: owner) }
        return try body(tape)
    }

    /// Reads a document in UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: The document, which is copied.
    ///   - kind: What the document is decoded as, of whose documents the keys are remembered.
    func read(_ bytes: UnsafeBufferPointer<UInt8>, as kind: ObjectIdentifier?) throws(JSONFault) {
        let count = bytes.count
        let content = tape.content
        if count + JSONScanner.padding > capacity { resize(to: count + JSONScanner.padding) }
        if let start = bytes.baseAddress { document.update(from: start, count: count) }
        UnsafeMutableRawPointer(document + count).storeBytes(of: 0, as: UInt64.self)
        let input = UnsafeBufferPointer(start: UnsafePointer(document), count: count)
        let known = kind.flatMap(shapes.shape(of:))
        var scanner = JSONScanner(input, content.pointee.tokens, expecting: known)
        var fault: JSONFault?
        do throws(JSONFault) {
            try scanner.scan()
        } catch {
            fault = error
        }
        content.pointee.bytes = input
        content.pointee.tokens = scanner.tokens
        content.pointee.hasTrailingComma = scanner.hasTrailingComma
        content.pointee.shape = scanner.shape
        if let fault { throw fault }
        if scanner.shape == nil { known?.learn(input, scanner.tokens) }
    }

    /// The same by an owner that its holder must be able to give back.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>,
        as kind: ObjectIdentifier?,
        by owner: JSONTapeOwner?
    ) throws(JSONFault) -> JSONTape {
        guard let owner else { preconditionFailure("The owner was given back.") }
        try owner.read(bytes, as: kind)
        return owner.tape
    }

    private func resize(to count: Int) {
        document.deallocate()
        document = .allocate(capacity: count)
        capacity = count
    }

    // MARK: Threads

    /// This thread's owner, or a new one.
    static func take() -> JSONTapeOwner {
        guard let owner = pthread_getspecific(key) else { return JSONTapeOwner() }
        // A type may decode other documents while it is decoded: they have owners of their own.
        pthread_setspecific(key, nil)
        return Unmanaged<JSONTapeOwner>.fromOpaque(owner).takeRetainedValue()
    }

    /// Takes an owner whose document was decoded; keeps it for this thread's next, unless somebody else has kept it.
    ///
    /// It is passed with `inout`, so that no copy counts as somebody else.
    static func giveBack(_ owner: inout JSONTapeOwner?) {
        guard isKnownUniquelyReferenced(&owner), let own = owner.take() else { return }
        own.tape.content.pointee.end()
        // One large document does not make the thread large for good.
        if own.capacity > 1 << 16 { own.resize(to: 4_096) }
        if own.tape.tokens.capacity > 1 << 12 { own.tape.content.pointee.tokens.shrink() }
        // Of two the outer one knows more; the other has read a document in its document.
        if let inner = pthread_getspecific(key) { Unmanaged<JSONTapeOwner>.fromOpaque(inner).release() }
        pthread_setspecific(key, Unmanaged.passRetained(own).toOpaque())
    }

    /// Where a thread has its owner.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let failure = pthread_key_create(&key) { owner in
            #if canImport(Darwin)
            Unmanaged<JSONTapeOwner>.fromOpaque(owner).release()
            #else
            if let owner { Unmanaged<JSONTapeOwner>.fromOpaque(owner).release() }
            #endif
        }
        precondition(failure == 0, "The system has no more keys for threads' values.")
        return key
    }()
}
