internal import EddaCore

extension Duration {
    /// The same duration, at most a hundred years; one that is not above zero is a programming error and traps.
    func checked(asTimeoutOf step: StepID) -> Duration {
        precondition(self > .zero, "The timeout of step \(step) is not above zero.")
        return min(self, InvalidSetting.longest)
    }
}
