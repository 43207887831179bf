package import Logging

extension Logger {
    /// Says nothing.
    package static let silent = Logger(label: "edda.testing") { _ in SwiftLogNoOpLogHandler() }
}
