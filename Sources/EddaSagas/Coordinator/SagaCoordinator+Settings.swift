internal import EddaCore

extension SagaCoordinator.Configuration {
    /// Checks that a coordinator can work with it.
    ///
    /// - Throws: `InvalidSetting`, naming the setting.
    func validate() throws(InvalidSetting) {
        try InvalidSetting.check("resend", resend)
        try InvalidSetting.check("undoRetry", undoRetry)
        try InvalidSetting.check("undoPatience", undoPatience, from: .milliseconds(1))
        try InvalidSetting.check("inboxWindow", inboxWindow, from: .milliseconds(1))
        try InvalidSetting.check("replyLimit", replyLimit, from: 1)
        try InvalidSetting.check("timerLimit", timerLimit, from: 1)
        try InvalidSetting.check("localLimit", localLimit, from: 1)
        // Who beats more often than the store commits would lose it.
        if let lease { try InvalidSetting.check("lease", lease, from: .milliseconds(100)) }
        try InvalidSetting.check("strugglingFailures", strugglingFailures, from: 1)
        try InvalidSetting.check("strugglingTime", strugglingTime, from: .zero)
        try InvalidSetting.check("hotLoopSends", hotLoopSends, from: 1)
    }
}
