#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Which seeds a test runs that names none.
package enum SagaSeeds {
    /// The variable that says which.
    package static let variable = "EDDA_SAGA_SEEDS"

    /// The seeds that the environment wants, or else the first ones.
    ///
    /// - Throws: ``TestFailure`` when the variable says something else.
    package static func chosen(
        in environment: [String: String] = ProcessInfo.processInfo.environment,
        otherwise count: UInt64 = 300
    ) throws -> Range<UInt64> {
        guard let text = environment[variable], !text.isEmpty else { return 0..<count }
        let ends = text.split(separator: "..<", omittingEmptySubsequences: false).map { UInt64($0) }
        switch (ends.count, ends.first ?? nil, ends.last ?? nil) {
        case (1, let count?, _): return 0..<count
        case (2, let first?, let end?) where first <= end: return first..<end
        default:
            throw TestFailure(
                "\(variable) is \"\(text)\"; write a number such as 10000, or seeds such as 5000..<10000."
            )
        }
    }
}
