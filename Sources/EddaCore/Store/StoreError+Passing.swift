/// An error of another module than the store's that says nothing about the operation that met it.
package protocol PassingTrouble: Error {
    /// Whether the same operation may succeed later, without anybody changing it.
    var isPassing: Bool { get }
}

extension StoreError {
    /// Whether what a store threw passes by itself, so that the same operation may be repeated after a pause.
    package static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case is Overloaded, is CommitUnknown: true
        case let error as StoreError: error.isRetriable
        case let error as any PassingTrouble: error.isPassing
        default: false
        }
    }
}
