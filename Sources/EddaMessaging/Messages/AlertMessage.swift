package import EddaCore

/// The message that tells somebody of a saga that needs attention.
///
/// Nobody answers it, and still it is sent until it has arrived, and given to its handler until that has dealt with it,
/// however late: whoever is to be told must not miss it for having been away. Where the inbox may have forgotten that
/// it was dealt with, it is given again.
package enum AlertMessage {
    /// `edda.saga.alert`.
    package static let type: MessageType = "edda.saga.alert"
}
