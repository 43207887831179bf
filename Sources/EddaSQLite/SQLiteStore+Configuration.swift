internal import EddaCore

extension SQLiteStore.Configuration {
    /// Checks that a store can work with it.
    ///
    /// - Throws: ``StoreError`` with code `invalidArgument`, naming the setting.
    func validate() throws(StoreError) {
        try check("queueLimit", queueLimit, 1...1 << 30)
        try check("groupLimit", groupLimit, 1...1 << 30)
        try check("groupBytes", groupBytes, 1...1 << 40)
        try check("checkpointPages", checkpointPages, 1...1 << 30)
        try check("cachedAggregates", cachedAggregates, 0...1 << 30)
        try check("lockTimeout", lockTimeout)
        try check("keyRetention", keyRetention)
        if let maximumSize, maximumSize < 1 << 20 {
            throw StoreError(.invalidArgument, "maximumSize is \(maximumSize); a database has at least 1 MiB.")
        }
    }

    private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(StoreError) {
        guard range.contains(value) else {
            throw StoreError(
                .invalidArgument,
                "\(name) is \(value); it is from \(range.lowerBound) to \(range.upperBound)."
            )
        }
    }

    private func check(_ name: String, _ value: Duration) throws(StoreError) {
        guard value >= .zero, value <= .seconds(100 * 366 * 86_400) else {
            throw StoreError(.invalidArgument, "\(name) is \(value); it is from 0 to a hundred years.")
        }
    }
}
