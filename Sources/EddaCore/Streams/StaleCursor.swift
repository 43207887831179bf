/// A cursor points at events that this database does not have, or no longer.
///
/// What its reader has seen after ``agreesUpTo`` may be something else now. The reader goes back to there, or begins
/// anew, and takes what comes as replacing what it had.
public struct StaleCursor: Error, Hashable, CustomStringConvertible {
    /// The cursor.
    public let cursor: Cursor
    /// The generation of the database.
    public let generation: Int
    /// The head of the database.
    public let head: Position
    /// Up to here the reader and the database have seen the same.
    public let agreesUpTo: Position

    /// Describes a stale cursor.
    public init(cursor: Cursor, generation: Int, head: Position, agreesUpTo: Position) {
        self.cursor = cursor
        self.generation = generation
        self.head = head
        self.agreesUpTo = agreesUpTo
    }

    /// Names the cursor, the generation and the head, and what to do.
    public var description: String {
        let database = "The database is of generation \(generation), its head is \(head)."
        guard cursor.generation < generation else {
            return "Cursor \(cursor) points behind what the database holds. \(database) It is another database, or its "
                + "whole folder was restored from a copy. Read again from position \(agreesUpTo)."
        }
        return
            "Cursor \(cursor) points at events that a restoration from a backup took back. \(database) Both agree up to "
            + "position \(agreesUpTo): read again from there."
    }
}
