/// What is to be done contradicts what the data folder already holds.
struct DataMismatch: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
