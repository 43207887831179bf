public import EddaCore

/// The words of a plan for the body of a `forEach`, where the closures see an ``Each``.
///
/// They mean the same as those of ``Saga``.
public struct PlanWords<State: Codable & Sendable, Services: Sendable>: Sendable {}

extension PlanWords {
    /// A step before the pivot: it can be refused, and it is undone when a later one is.
    ///
    /// Say how with `compensate`, or why not with `noCompensation(reason:)`; a plan with a step that does neither does
    /// not compile.
    ///
    /// - Parameters:
    ///   - id: A stable id, unique in the plan: without a slash or brackets, not `undo`, and not beginning with `#`.
    ///   - command: The command to send, made of the state; a pure function.
    public func call<C: Command>(
        _ id: StepID,
        _ command: @escaping @Sendable (State) -> C
    ) -> PlanStep<State, C, StepPhase.Uncovered> {
        PlanStep(id: id, command: command)
    }

    /// Not here: the pivot is a statement of the plan itself.
    @available(
        *,
        unavailable,
        message:
            "A pivot stands in the plan itself, not inside parallel, sequence, when or forEach: there, whether it is reached would not be certain."
    )
    public func pivot<C: Command>(
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
    public func retriable<C: Command>(
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
    public func local<Reply: Codable & Sendable>(
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
    public func local(
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
    public func child<Child: Saga>(
        _ id: StepID,
        _ child: Child.Type,
        id childID: (@Sendable (State) -> String)? = nil,
        _ start: @escaping @Sendable (State) -> Child.State
    ) -> ChildStep<State, Child, StepPhase.Uncovered> {
        ChildStep(id: id, childID: childID, start: start)
    }
}
