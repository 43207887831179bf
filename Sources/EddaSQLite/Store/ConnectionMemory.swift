/// What a connection remembers between transactions.
final class ConnectionMemory {
    /// Interned names.
    var names = NameMemory()
    /// The names of streams, for a connection that reads.
    var streams = StreamMemory()
    /// Whether there were holes, and in which state of the database, for a connection that reads.
    var holes: (dataVersion: UInt32, exist: Bool)?
    /// The states of streams, for the connection that writes.
    var heads = StreamHeads()

    /// A point that a rollback goes back to.
    struct Mark {
        fileprivate let names: Int
        fileprivate let heads: Int
    }

    /// Where the running transaction stands.
    var mark: Mark { Mark(names: names.mark, heads: heads.mark) }

    /// Forgets what the running transaction has done since a mark.
    func rollBack(to mark: Mark) {
        names.rollBack(to: mark.names)
        heads.rollBack(to: mark.heads)
    }

    /// Keeps what the transaction has done.
    func commit() {
        names.commit()
        heads.commit()
    }
}
