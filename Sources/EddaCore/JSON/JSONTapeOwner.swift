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
/// document; ends with the last of them; and has the bytes copied. An object's container does not keep it: see
/// ``JSONTapeObject``.
final class JSONTapeOwner {
    let tape: JSONTape
    private let shapes: UnsafeMutablePointer<JSONShape?>
    /// The document, once the caller's bytes may be gone.
    private var copy: UnsafeMutableBufferPointer<UInt8>?

    private init() {
        tape = JSONTape(content: JSONTapeContents.take())
        shapes = .allocate(capacity: Self.mostShapes)
        shapes.initialize(repeating: nil, count: Self.mostShapes)
        tape.content.pointee.owner = Unmanaged.passUnretained(self)
    }

    deinit {
        tape.content.pointee.tokens.deallocate()
        copy?.deallocate()
        for place in 0..<Self.mostShapes { shapes[place]?.deallocate() }
        shapes.deallocate()
        JSONTapeContents.give(tape.content)
    }

    /// Reads a document in UTF-8 and calls `body` with its tape.
    ///
    /// - Parameters:
    ///   - kind: What the document is decoded as, of whose documents the keys are remembered.
    /// - Throws: ``JSONFault``, or what `body` throws.
    static func reading<Result>(
        _ bytes: [UInt8],
        as kind: ObjectIdentifier? = nil,
        _ body: (JSONTape) throws -> Result
    ) throws -> Result {
        var owner = take()
        return try bytes.withUnsafeBufferPointer { input in
            defer {
                if isKnownUniquelyReferenced(&owner) { owner.giveBack() } else { owner.keepBytes() }
            }
            try owner.read(input, kind)
            return try body(owner.tape)
        }
    }

    private func read(_ input: UnsafeBufferPointer<UInt8>, _ kind: ObjectIdentifier?) throws(JSONFault) {
        let content = tape.content
        let known = kind.map(shape(of:))
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
        if scanner.shape == nil { known?.learn(input, content.pointee.tokens) }
    }

    /// What is known of the keys of a kind of documents.
    @inline(__always)
    private func shape(of kind: ObjectIdentifier) -> JSONShape {
        let place = shapes + (Int(bitPattern: kind) >> 4 & (Self.mostShapes - 1))
        if let shape = place.pointee, shape.kind == kind { return shape }
        place.pointee?.deallocate()
        let shape = JSONShape(of: kind)
        place.pointee = shape
        return shape
    }

    private static var mostShapes: Int { 16 }

    /// Forgets the document, and waits for this thread's next.
    private func giveBack() {
        tape.content.pointee.generation &+= 1
        tape.content.pointee.tokens.removeAll()
        if !tape.content.pointee.indexes.isEmpty { tape.content.pointee.indexes = [:] }
        // One large document does not make the thread large for good.
        guard tape.tokens.capacity <= 4_096, pthread_getspecific(Self.key) == nil else { return }
        pthread_setspecific(Self.key, Unmanaged.passRetained(self).toOpaque())
    }

    /// Copies what the caller may take away when its call returns.
    private func keepBytes() {
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: tape.content.pointee.bytes.count)
        _ = bytes.initialize(from: tape.content.pointee.bytes)
        tape.content.pointee.bytes = UnsafeBufferPointer(bytes)
        copy = bytes
    }

    private static func take() -> JSONTapeOwner {
        guard let owner = pthread_getspecific(key) else { return JSONTapeOwner() }
        // A type may decode other documents while it is decoded: they have owners of their own.
        pthread_setspecific(key, nil)
        return Unmanaged<JSONTapeOwner>.fromOpaque(owner).takeRetainedValue()
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
