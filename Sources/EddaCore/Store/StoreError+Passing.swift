extension StoreError {
    /// Whether what a store threw passes by itself, so that the same operation may be repeated after a pause.
    package static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case is Overloaded, is CommitUnknown: true
        case let error as StoreError: error.isRetriable
        default: false
        }
    }
}
