/// A setting is outside of its range; what it was meant for does not begin.
public struct InvalidSetting: Error, Hashable, CustomStringConvertible {
    /// The setting, such as `timerLimit`.
    public let setting: String
    /// A sentence that names the setting, its value and its range.
    public let description: String

    /// Describes a setting that cannot be used.
    public init(setting: String, _ description: String) {
        self.setting = setting
        self.description = description
    }
}

extension InvalidSetting {
    /// The most that can be counted with: larger numbers would overflow where some are added up.
    package static let largest = 1 << 30
    /// The longest time, a hundred years.
    package static let longest = Duration.seconds(100 * 366 * 86_400)

    /// Checks a number.
    package static func check(_ setting: String, _ value: Int, from least: Int) throws(InvalidSetting) {
        guard value >= least, value <= largest else {
            throw InvalidSetting(setting: setting, "\(setting) is \(value); it is from \(least) to \(largest).")
        }
    }

    /// Checks a time.
    package static func check(_ setting: String, _ value: Duration, from least: Duration) throws(InvalidSetting) {
        guard value >= least, value <= longest else {
            throw InvalidSetting(
                setting: setting,
                "\(setting) is \(value); it is from \(least) to a hundred years."
            )
        }
    }

    /// Checks tries and the pauses between them, which have to be some: what fails at once is not to be tried without end.
    package static func check(_ setting: String, _ value: RetryPolicy) throws(InvalidSetting) {
        if let attempts = value.attempts { try check("\(setting).attempts", attempts, from: 1) }
        try check("\(setting).initial", value.initial, from: .microseconds(1))
        try check("\(setting).cap", value.cap, from: .milliseconds(1))
        guard value.factor >= 1, value.factor.isFinite else {
            throw InvalidSetting(
                setting: "\(setting).factor",
                "\(setting).factor is \(value.factor); the pauses do not shrink, so it is 1 or more."
            )
        }
    }
}
