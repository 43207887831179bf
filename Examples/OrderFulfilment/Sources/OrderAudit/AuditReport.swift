/// What an audit has found.
package struct AuditReport: Sendable {
    /// One thing that was checked, many times over.
    package struct Check: Sendable {
        /// The guarantee it belongs to, as in the README's list; `Balance` for what the example itself promises.
        package let guarantee: String
        /// What was checked.
        package let what: String
        /// How often.
        package var count = 0
        /// How often it was not so.
        package var failures = 0
        /// What was not so, in sentences; the first of them.
        package var findings: [String] = []

        package init(_ guarantee: String, _ what: String) {
            self.guarantee = guarantee
            self.what = what
        }

        /// The most findings that are told.
        package static let told = 20

        /// Notes that something was looked at, and what is wrong with it.
        mutating func expect(_ holds: Bool, _ finding: @autoclosure () -> String) {
            count += 1
            guard !holds else { return }
            failures += 1
            if findings.count < Self.told { findings.append(finding()) }
        }
    }

    package var checks: [Check] = []
    /// How many sagas stand where.
    package var sagas: [String: Int] = [:]
    /// How many orders were placed.
    package var orders = 0
    /// Commands and compensations that were sent again for lack of an answer.
    package var resends = 0
    /// Replies that changed nothing, since another copy had done so.
    package var ignoredReplies = 0
    /// Steps whose outcome was unknown at a time.
    package var unknownSteps = 0
    /// What operators decided, by verb.
    package var decisions: [String: Int] = [:]
    /// What operators gave as their reasons.
    package var reasons: [String: Int] = [:]

    package init() {}

    /// Everything that is wrong.
    package var findings: [String] {
        checks.flatMap { check in
            let more = check.failures - check.findings.count
            return check.findings.map { "\(check.guarantee): \($0)" }
                + (more > 0 ? ["\(check.guarantee): \(more) more of this kind (\(check.what))"] : [])
        }
    }
}
