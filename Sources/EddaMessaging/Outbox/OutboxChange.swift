/// A change of one row of an outbox.
enum OutboxChange: Hashable, Sendable {
    /// It was sent.
    case remove(Int64)
    /// It failed and is tried again after a pause.
    case hold(Int64, attempts: Int, pause: Duration, reason: String)
    /// It waits behind one that failed.
    case follow(Int64)
    /// It is not tried again.
    case giveUp(Int64, attempts: Int, reason: String)

    /// The row.
    var sequence: Int64 {
        switch self {
        case .remove(let sequence), .follow(let sequence): sequence
        case .hold(let sequence, _, _, _), .giveUp(let sequence, _, _): sequence
        }
    }
}
