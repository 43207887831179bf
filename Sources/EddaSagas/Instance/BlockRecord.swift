package import EddaCore

/// What a saga has decided about one of its blocks when it reached it.
package struct BlockRecord: Codable, Hashable, Sendable {
    /// The block; within a loop with the element's id in brackets.
    package let id: StepID
    /// Of a `when`: whether its condition held.
    package internal(set) var holds: Bool?
    /// Of a `forEach`: its elements.
    var elements: [LoopElement]?
    /// Of a `forEach`: how many elements from the first on are done, so that nobody has to look at them again.
    var done: Int?

    /// The ids of the elements.
    package var keys: [String]? { elements?.map(\.key) }
}

/// A signal that has come before the step that waits for it was reached.
package struct EarlySignal: Codable, Hashable, Sendable {
    /// The step.
    package let step: StepID
    /// The key by which a repetition is recognised.
    package let key: String?
    /// The encoded signal.
    package let data: StoredBytes
}
