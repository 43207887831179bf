public import EddaCore

// The words of a plan: static functions, so that a plan can say `call("reserve") { … }` without a prefix. ``PlanWords`` has the
// same ones for the body of a `forEach`.
extension Saga {
    /// A step before the pivot: it can be refused, and it is undone when a later one is.
    ///
    /// Say how with `compensate`, or why not with `noCompensation(reason:)`; a plan with a step that does neither does
    /// not compile.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - command: The command to send, made of the state; a pure function.
    public static func call<C: Command>(
        _ id: StepID,
        _ command: @escaping @Sendable (State) -> C
    ) -> PlanStep<State, C, StepPhase.Uncovered> {
        PlanStep(id: id, command: command)
    }

    /// The step that decides: until it has succeeded the saga can go back, afterwards only forward.
    ///
    /// A pivot that is refused leads to compensation. One whose outcome is unknown leads neither way: it is asked
    /// again, and if that does not help the saga parks.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - command: The command to send, made of the state; a pure function.
    public static func pivot<C: Command>(
        _ id: StepID,
        _ command: @escaping @Sendable (State) -> C
    ) -> PlanStep<State, C, StepPhase.Pivot> {
        PlanStep(id: id, command: command)
    }

    /// A step after the pivot: it is sent and retried until it has succeeded.
    ///
    /// A participant that refuses it, or fails for good, parks the saga.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - command: The command to send, made of the state; a pure function.
    public static func retriable<C: Command>(
        _ id: StepID,
        _ command: @escaping @Sendable (State) -> C
    ) -> PlanStep<State, C, StepPhase.Retriable> {
        PlanStep(id: id, command: command)
    }

    /// A step that is done in this process, by an asynchronous function with the saga's ``Saga/Services``.
    ///
    /// Say how it is undone with `compensate`, `compensateLocally` or `noCompensation(reason:)`, or make it `retriable()` after
    /// the pivot.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - work: Gets the state, an idempotency key that is the same whenever the step is repeated, and the services. It
    ///     throws `Rejection` to refuse.
    public static func local<Reply: Codable & Sendable>(
        _ id: StepID,
        _ work: @escaping @Sendable (_ state: State, _ key: String, _ services: Services) async throws -> Reply
    ) -> LocalStep<State, Reply, Services, StepPhase.Uncovered> {
        LocalStep(id: id, work: work)
    }

    /// A step that is done in this process and has no result.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - work: As of the `local` with a result.
    public static func local(
        _ id: StepID,
        _ work: @escaping @Sendable (_ state: State, _ key: String, _ services: Services) async throws -> Void
    ) -> LocalStep<State, NoReply, Services, StepPhase.Uncovered> {
        LocalStep(id: id) { state, key, services in
            try await work(state, key, services)
            return NoReply()
        }
    }

    /// Another saga as a step.
    ///
    /// Say how a completed child is undone with `compensate`, or why it need not be with `noCompensation(reason:)`, or make the
    /// step `retriable()` after the pivot.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - child: The kind of saga; the coordinator has to know it.
    ///   - childID: The child's id; by default the saga's id, a slash and the step's id.
    ///   - start: The state with which the child begins; a pure function.
    public static func child<Child: Saga>(
        _ id: StepID,
        _ child: Child.Type,
        id childID: (@Sendable (State) -> String)? = nil,
        _ start: @escaping @Sendable (State) -> Child.State
    ) -> ChildStep<State, Child, StepPhase.Uncovered> {
        ChildStep(id: id, childID: childID, start: start)
    }
}
