internal import Synchronization

/// The places where the contents of tapes are; they are never given back to the system.
///
/// So whoever was left with the address of one can look whether it is still about the same document. There are as many as
/// there were owners at once: about one for each thread.
enum JSONTapeContents {
    private static let free = Mutex<[UInt]>([])

    /// A place for an owner's tape.
    static func take() -> UnsafeMutablePointer<JSONTape.Content> {
        if let place = free.withLock({ $0.popLast() }),
            let content = UnsafeMutablePointer<JSONTape.Content>(bitPattern: place)
        {
            return content
        }
        let content = UnsafeMutablePointer<JSONTape.Content>.allocate(capacity: 1)
        content.initialize(to: JSONTape.Content())
        return content
    }

    /// A place whose document and owner are gone.
    static func give(_ content: UnsafeMutablePointer<JSONTape.Content>) {
        content.pointee = JSONTape.Content(generation: content.pointee.generation &+ 1)
        free.withLock { $0.append(UInt(bitPattern: content)) }
    }
}
