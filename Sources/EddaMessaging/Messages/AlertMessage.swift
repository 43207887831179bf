package import EddaCore

/// The message that tells somebody of a saga that needs attention.
///
/// Nobody answers it, and still it is sent until it has arrived: whoever is to be told must not miss it for having been
/// away.
package enum AlertMessage {
    /// `edda.saga.alert`.
    package static let type: MessageType = "edda.saga.alert"
}
