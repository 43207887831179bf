internal import EddaCore
public import EddaMessaging
public import EddaSagas

/// Tests a saga under everything that can go wrong.
///
/// ```swift
/// let report = try await SagaTest.exhaustive(FulfilOrder.self, state: .init(order: "1042", cents: 4_200)) {
///     Fake(ReserveStock.self) { _ in .init(shelf: "A-7") }
///     Fake(CapturePayment.self)
///     Fake(CreateShipment.self) { _ in .init(tracking: "T-1") }
/// } invariant: { end in
///     try end.expect(end.stands("reserve-stock") == (end.status == .completed), "stock is held for nothing")
/// }
/// ```
///
/// The saga, its coordinator and its participants run on stores in memory, one thing after another, in a time that
/// passes only when nothing else is to be done. Each step is refused and fails, once and for good; each message is lost,
/// repeated, and comes late, also after the end; each process dies before and after each of its commits; an operator
/// cancels after each transition. Then hundreds of seeds mix all of that.
///
/// After each run the test checks, without being told, that the saga is completed, compensated, or parked with a reason;
/// that each step was executed once at most; that exactly those steps were undone that had to be, in reverse order; that
/// nothing was undone after the pivot; and that a parked saga goes on when it is tried again (guarantees G7 to G12).
/// Then it asks the invariant.
///
/// A violation is thrown as a ``TestFailure``, which every test framework reports. It holds the shortest history that
/// shows it, told in words, and how to see it again.
public struct SagaTest<S: Saga>: Sendable {
    var script: SagaScript<S>

    /// A test of a saga.
    ///
    /// - Parameters:
    ///   - saga: The saga.
    ///   - state: What each run starts it with.
    ///   - options: Settings, and the stores for samples.
    ///   - participants: Fakes of the commands that it sends, or participants; made anew for each run. A compensation for
    ///     which there is none is answered all the same.
    ///   - prepare: Writes what has to be in the stores when a run begins.
    ///   - always: What has to hold after every transition; throws otherwise.
    ///   - invariant: What has to hold when nothing moves the saga any more; throws otherwise.
    public init(
        _ saga: S.Type = S.self,
        state: S.State,
        options: SagaTestOptions = .init(),
        @SagaTestParticipants participants: @escaping @Sendable () -> [Participant],
        prepare: @escaping @Sendable (SagaTestStores) async throws -> Void = { _ in },
        always: (@Sendable (SagaTestOutcome<S.State>) async throws -> Void)? = nil,
        invariant: @escaping @Sendable (SagaTestOutcome<S.State>) async throws -> Void = { _ in }
    ) {
        script = SagaScript(
            state: state,
            participants: participants,
            options: options,
            prepare: prepare,
            always: always,
            invariant: invariant
        )
    }

    /// The same test with what the saga's local steps need.
    ///
    /// Each run uses the same value: what it remembers has to be told apart by the keys that the steps get.
    public func with(_ services: S.Services) -> SagaTest {
        var test = self
        test.script.root = S.with(services)
        return test
    }

    /// Runs the saga with each fault at each point, then with the faults that seeds choose.
    ///
    /// - Parameter seeds: The seeds; the same seed makes the same run. `nil` means those that the environment variable
    ///   `EDDA_SAGA_SEEDS` says, such as `10000` for the first ones or `5000..<10000` for others, and 300 without it.
    /// - Returns: What was gone through.
    /// - Throws: ``TestFailure`` at the first violation, or when the test itself is wrong.
    /// - Complexity: A run for each fault at each point of a handful of runs, and one for each seed.
    @discardableResult
    public func exhaustive(seeds: Range<UInt64>? = nil) async throws -> SagaTestReport {
        var search = SagaSearch(script)
        return try await search.exhaustive(seeds: seeds ?? SagaSeeds.chosen())
    }

    /// Runs a seed again.
    ///
    /// - Returns: The history of the run.
    /// - Throws: ``TestFailure`` with the same text as ``exhaustive(seeds:)``.
    @discardableResult
    public func replay(seed: UInt64) async throws -> String {
        try await SagaSearch(script).replay(seed: seed)
    }

    /// Runs the faults again that a ``TestFailure`` shows.
    ///
    /// - Parameter faults: What stands behind `Faults:`.
    /// - Returns: The history of the run.
    /// - Throws: ``TestFailure`` with the violation, or when `faults` cannot be read.
    @discardableResult
    public func replay(faults: String) async throws -> String {
        try await SagaSearch(script).replay([SagaFault](text: faults))
    }
}

extension SagaTest {
    /// Runs a saga with each fault at each point, then with the faults that seeds choose.
    ///
    /// The parameters are those of ``init(_:state:options:participants:prepare:always:invariant:)`` and
    /// ``exhaustive(seeds:)``.
    ///
    /// - Returns: What was gone through.
    /// - Throws: ``TestFailure`` at the first violation, or when the test itself is wrong.
    /// - Complexity: A run for each fault at each point of a handful of runs, and one for each seed.
    @discardableResult
    public static func exhaustive(
        _ saga: S.Type,
        state: S.State,
        seeds: Range<UInt64>? = nil,
        options: SagaTestOptions = .init(),
        @SagaTestParticipants participants: @escaping @Sendable () -> [Participant],
        prepare: @escaping @Sendable (SagaTestStores) async throws -> Void = { _ in },
        always: (@Sendable (SagaTestOutcome<S.State>) async throws -> Void)? = nil,
        invariant: @escaping @Sendable (SagaTestOutcome<S.State>) async throws -> Void = { _ in }
    ) async throws -> SagaTestReport {
        let test = SagaTest(
            saga,
            state: state,
            options: options,
            participants: participants,
            prepare: prepare,
            always: always,
            invariant: invariant
        )
        return try await test.exhaustive(seeds: seeds)
    }

    /// Runs a seed again, with the same parameters.
    ///
    /// - Returns: The history of the run.
    /// - Throws: ``TestFailure`` with the same text as
    ///   ``exhaustive(_:state:seeds:options:participants:prepare:always:invariant:)``.
    @discardableResult
    public static func replay(
        _ saga: S.Type,
        state: S.State,
        seed: UInt64,
        options: SagaTestOptions = .init(),
        @SagaTestParticipants participants: @escaping @Sendable () -> [Participant],
        prepare: @escaping @Sendable (SagaTestStores) async throws -> Void = { _ in },
        always: (@Sendable (SagaTestOutcome<S.State>) async throws -> Void)? = nil,
        invariant: @escaping @Sendable (SagaTestOutcome<S.State>) async throws -> Void = { _ in }
    ) async throws -> String {
        let test = SagaTest(
            saga,
            state: state,
            options: options,
            participants: participants,
            prepare: prepare,
            always: always,
            invariant: invariant
        )
        return try await test.replay(seed: seed)
    }
}
