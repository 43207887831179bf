/// A file of input that cannot be read.
struct UnreadableFile: Error, CustomStringConvertible {
    let path: String

    var description: String { "The file \(path) cannot be read. Check its path and its permissions." }
}

/// What is to be done contradicts what the data folder already holds.
struct DataMismatch: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
