extension EventQuery {
    /// The most alternatives of a query.
    public static let maximumItems = 256

    /// The most tags that one alternative may ask for.
    public static let maximumTags = 32

    /// The most types and tags of all alternatives together.
    public static let maximumTerms = 10_000

    /// Checks that a store can answer the query.
    ///
    /// The bounds are well within those of SQLite: 500 terms of a compound SELECT, 64 tables of a join, 32,766 parameters
    /// (sqlite.org/limits.html).
    ///
    /// - Throws: ``StoreError`` with code `invalidArgument`.
    package func validate() throws(StoreError) {
        // What nearly every query is like.
        if items.count <= 1, items.first.map({ $0.tags.count + $0.types.count <= Self.maximumTags }) ?? true { return }
        guard items.count <= Self.maximumItems else {
            throw StoreError(
                .invalidArgument,
                "A query has \(items.count) alternatives; at most \(Self.maximumItems) are allowed. Ask several queries, or tag "
                    + "the events with what they have in common."
            )
        }
        if let item = items.first(where: { $0.tags.count > Self.maximumTags }) {
            throw StoreError(
                .invalidArgument,
                "An alternative of a query asks for \(item.tags.count) tags; at most \(Self.maximumTags) are allowed."
            )
        }
        let terms = items.reduce(0) { $0 + $1.types.count + $1.tags.count }
        guard terms <= Self.maximumTerms else {
            throw StoreError(
                .invalidArgument,
                "A query has \(terms) types and tags; at most \(Self.maximumTerms) are allowed. Ask several queries."
            )
        }
    }
}
