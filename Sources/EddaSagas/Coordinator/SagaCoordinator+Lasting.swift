internal import EddaCore

extension SagaCoordinator {
    /// Whether a transition that ended in this error would end in it again: it, or the program, is at fault.
    ///
    /// What says that the store cannot be reached, is damaged, full or closed says nothing about the saga; nor does an
    /// inline projection that has yet to catch up, or that a newer program keeps.
    static func isForGood(_ error: any Error) -> Bool {
        switch error {
        case is CancellationError, is Overloaded, is CommitUnknown: return false
        case let error as any PassingTrouble: return !error.isPassing
        case let error as StoreError:
            switch error.code {
            case .invalidArgument, .duplicateEvent, .keyReused, .sagaMismatch, .notFound, .unsupported, .badSQL:
                return true
            default: return false
            }
        default: return true
        }
    }
}
