import EddaCore
import EddaSagas
import EddaTesting
import Testing

/// What a coordinator refuses to be set to, since it would stand still or run in circles. // guarantees: G10, G14
@Suite struct SettingsTests {
    typealias Change = @Sendable (inout SagaCoordinator.Configuration) -> Void

    static let changes: [(setting: String, change: Change)] = [
        ("timerLimit", { $0.timerLimit = 0 }),
        ("timerLimit", { $0.timerLimit = -1 }),
        ("localLimit", { $0.localLimit = 0 }),
        ("replyLimit", { $0.replyLimit = 0 }),
        ("lease", { $0.lease = .zero }),
        ("lease", { $0.lease = .seconds(-1) }),
        ("undoPatience", { $0.undoPatience = .zero }),
        ("inboxWindow", { $0.inboxWindow = .seconds(-1) }),
        ("hotLoopSends", { $0.hotLoopSends = 0 }),
        ("strugglingFailures", { $0.strugglingFailures = 0 }),
        ("strugglingTime", { $0.strugglingTime = .seconds(-1) }),
        ("resend.initial", { $0.resend.initial = .zero }),
        ("resend.cap", { $0.resend.cap = .zero }),
        ("undoRetry.attempts", { $0.undoRetry.attempts = 0 }),
        ("undoRetry.factor", { $0.undoRetry.factor = .nan }),
        ("timerLimit", { $0.timerLimit = .max }),
    ]

    @Test(arguments: SettingsTests.changes.indices) func aSettingOutOfItsRangeIsNamed(_ index: Int) throws {
        let (setting, change) = Self.changes[index]
        var configuration = SagaCoordinator.Configuration()
        change(&configuration)
        let error = #expect(throws: InvalidSetting.self) {
            try World(FulfilOrder.self, configuration: configuration)
        }
        #expect(error?.setting == setting)
        #expect(error?.description.hasPrefix("\(setting) is ") == true)
    }
}
