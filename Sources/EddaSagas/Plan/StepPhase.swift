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
    public enum Uncovered: PatientPhaseTag {
        /// Before the pivot.
        public static var phase: StepPhase { .compensatable }
    }

    /// A step before the pivot that says how it is undone, or why it need not be.
    public enum Compensatable: CompensatablePhaseTag, PatientPhaseTag {
        /// Before the pivot.
        public static var phase: StepPhase { .compensatable }
    }

    /// A wait before the pivot that turns the saga back when its time is over.
    public enum TimeLimited: CompensatablePhaseTag {
        /// Before the pivot.
        public static var phase: StepPhase { .compensatable }
    }

    /// The pivot.
    public enum Pivot: UncompensatedPhaseTag {
        /// The pivot.
        public static var phase: StepPhase { .pivot }
    }

    /// A step after the pivot.
    public enum Retriable: UncompensatedPhaseTag, AfterPhaseTag {
        /// After the pivot.
        public static var phase: StepPhase { .retriable }
    }

    /// What stands before the pivot or after it: nobody can refuse it, and there is nothing to undo.
    public enum Anywhere: BeforePhaseTag, AfterPhaseTag {
        /// Before the pivot, unless it stands after it.
        public static var phase: StepPhase { .compensatable }
    }
}

/// A type that stands for a kind of step.
public protocol StepPhaseTag: SendableMetatype {
    /// The kind.
    static var phase: StepPhase { get }
}

/// A kind of step that is never undone.
public protocol UncompensatedPhaseTag: StepPhaseTag {}

/// A kind that may stand before the pivot.
public protocol BeforePhaseTag: StepPhaseTag {}

/// A kind that may stand before the pivot, and only there.
public protocol CompensatablePhaseTag: BeforePhaseTag {}

/// A kind that may stand after the pivot.
public protocol AfterPhaseTag: StepPhaseTag {}

/// A kind that may run out of time: before the pivot.
public protocol PatientPhaseTag: StepPhaseTag {}
