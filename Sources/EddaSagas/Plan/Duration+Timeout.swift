internal import EddaCore

extension Duration {
    /// The same duration; one that is not above zero is a programming error and traps.
    func checked(asTimeoutOf step: StepID) -> Duration {
        precondition(self > .zero, "The timeout of step \(step) is not above zero.")
        return self
    }
}
