/// Something in a store that contradicts what the store promises.
public struct Finding: Hashable, Codable, Sendable, CustomStringConvertible {
    /// Which promise is broken, such as `position-missing`.
    ///
    /// Stable, for programs.
    public var check: String
    /// What is wrong, naming the thing.
    public var problem: String
    /// What to do, as a whole sentence.
    public var advice: String

    /// A finding.
    public init(_ check: String, _ problem: String, advice: String) {
        self.check = check
        self.problem = problem
        self.advice = advice
    }

    /// The promise, the problem and the advice.
    public var description: String { "\(check): \(problem) \(advice)" }
}

/// What a verification of a store has found.
public struct Verification: Hashable, Codable, Sendable {
    /// Up to which position it looked: the head when it began.
    public var head: Position
    /// How many events there are up to there.
    public var events = 0
    /// How many positions maintenance has deleted, which is known and no finding.
    public var holes = 0
    /// What is wrong, at most ``findingLimit`` things.
    public var findings: [Finding] = []
    /// How many things are wrong, those that are not listed included.
    public var count = 0

    /// The most findings that are listed.
    public static let findingLimit = 1_000

    /// A verification that has found nothing yet.
    public init(head: Position) { self.head = head }

    /// Adds a finding, or only counts it when there are very many already.
    public mutating func add(_ finding: Finding) {
        count += 1
        if findings.count < Self.findingLimit { findings.append(finding) }
    }
}

/// How far a verification is.
public struct VerificationProgress: Hashable, Sendable {
    /// What is being verified, such as `events`.
    public var part: String
    /// How many of them are done.
    public var done: Int
    /// How many there are about.
    public var total: Int

    /// A state of progress.
    public init(part: String, done: Int, total: Int) {
        self.part = part
        self.done = done
        self.total = total
    }
}

/// A store that can verify that what it holds keeps its promises.
///
/// Stores whose data may be damaged behind their back conform: on a disk, by other programs.
public protocol Verifiable: Sendable {
    /// Compares everything in the store with everything else that must agree with it, and changes nothing.
    ///
    /// Nobody who reads or writes is held up. What is appended meanwhile is not looked at.
    ///
    /// O(contents of the store).
    ///
    /// - Parameter progress: Called now and then.
    /// - Throws: ``StoreError`` when the store cannot be read at all; what is wrong in it is a ``Finding``, not an error.
    func verify(progress: @Sendable (VerificationProgress) -> Void) async throws -> Verification
}

extension Verifiable {
    /// Compares everything in the store with everything else that must agree with it, and changes nothing.
    ///
    /// - Throws: As ``verify(progress:)``.
    public func verify() async throws -> Verification { try await verify { _ in } }
}
