internal import EddaCore

/// A projection cannot get past an event.
///
/// Its text depends on nothing but the event and the error, so the same failure twice is the same text.
struct HandlerFailure: Error, CustomStringConvertible {
    let event: RecordedEvent
    let underlying: any Error

    var description: String {
        "The event at position \(event.position) (\(event.type), stream \(event.stream)) failed: \(underlying)"
    }

    /// What to throw for an error at an event: the failure of a handler, or the error itself when it is the store's
    /// and says nothing about the handler.
    static func wrapping(_ error: any Error, at event: RecordedEvent) -> any Error {
        if let error = error as? StoreError {
            switch error.code {
            case .locked, .diskFull, .ioError, .corrupt, .closed, .staleWrite: return error
            default: break
            }
        }
        return HandlerFailure(event: event, underlying: error)
    }

    /// The failure as callers of the engine see it.
    func error(in projection: ProjectionName, consequence: String) -> ProjectionError {
        ProjectionError(
            .handlerFailed,
            projection: projection,
            "Projection \(projection): \(self). \(consequence)",
            underlying: underlying
        )
    }
}
