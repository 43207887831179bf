/// Something that happens inside every transaction that appends: an inline projection.
public protocol AppendHook: Sendable {
    /// Called in the appending transaction, after events were written. What it throws fails the append.
    ///
    /// It may append itself; of those events no hook is told in this transaction.
    ///
    /// - Throws: Anything; the unit is rolled back and its caller gets the error.
    func didAppend(_ events: [RecordedEvent], in transaction: any WriteTransaction) throws
}
