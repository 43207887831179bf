/// A mistake that is made on purpose, to see whether a test finds it.
///
/// Only the tests of this package can switch one on.
package enum SagaDefect: String, CaseIterable, Sendable {
    /// A step of unknown outcome is not undone.
    case unknownNotUndone
    /// What came first is undone first.
    case undoInForwardOrder
    /// A reply that was taken is taken again.
    case replyTakenTwice
    /// A pivot of unknown outcome counts as failed.
    case unknownPivotTurnsBack
    /// A pivot that has failed too often turns its saga back, although a copy of its command may still come.
    case pivotTurnsBackWithoutWithdrawal
    /// A compensation that has used up its tries counts as done.
    case failedUndoCountsAsDone
    /// The way back begins while a step is under way.
    case openStepNotAwaited
    /// The timer that fired is not set again.
    case timerNotSetAgain
    /// A command that is sent again has another key.
    case newKeyForEachSending
    /// A saga that has passed its pivot obeys an operator who cancels it.
    case cancelledAfterThePivot
    /// A step that was not answered in time counts as failed.
    case silenceCountsAsFailure
    /// A compensation does not say what it undoes.
    case undoNamesNothing
    /// A participant does not note that a command was cancelled before it came.
    case noTombstone
    /// What a local step did is undone while its call is still under way.
    case undoBesideItsCall
    /// A signal that comes before a step waits for it is forgotten.
    case earlySignalForgotten
    /// A participant executes what was sent so long ago that it may have forgotten it.
    case expiryIgnored
    /// A participant undoes what it has begun before that has come to its end.
    case undoOvertakesItsCall
    /// A participant that cannot tell any more whether it has executed a command counts as one that has failed.
    case expiryCountsAsFailure
}
