/// What kind of step a ``PlanStep`` is.
///
/// The compiler uses it to tell where the step may stand.
public enum StepPhase: String, Codable, Hashable, Sendable, CaseIterable {
    /// Before the pivot.
    case compensatable
    /// The pivot.
    case pivot
    /// After the pivot.
    case retriable

    /// A step before the pivot that does not yet say how it is undone.
    public enum Uncovered: StepPhaseTag {
        /// Before the pivot.
        public static var phase: StepPhase { .compensatable }
    }

    /// A step before the pivot that says how it is undone, or why it need not be.
    public enum Compensatable: StepPhaseTag {
        /// Before the pivot.
        public static var phase: StepPhase { .compensatable }
    }

    /// The pivot.
    public enum Pivot: UncompensatedPhaseTag {
        /// The pivot.
        public static var phase: StepPhase { .pivot }
    }

    /// A step after the pivot.
    public enum Retriable: UncompensatedPhaseTag {
        /// After the pivot.
        public static var phase: StepPhase { .retriable }
    }
}

/// A type that stands for a kind of step.
public protocol StepPhaseTag: SendableMetatype {
    /// The kind.
    static var phase: StepPhase { get }
}

/// A kind of step that is never undone.
public protocol UncompensatedPhaseTag: StepPhaseTag {}
