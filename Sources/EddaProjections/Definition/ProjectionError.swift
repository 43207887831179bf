public import EddaCore

/// A projection could not be defined, kept current or rebuilt.
public struct ProjectionError: Error, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Hashable, Sendable {
        /// The name of a table or of an index breaks the rules.
        case invalidTable
        /// The definition contradicts itself or another one of the program.
        case invalidDefinition
        /// The engine knows no projection of this name.
        case unknownProjection
        /// A handler names a table that its projection does not declare.
        case unknownTable
        /// The store refused to create a table, an index or a view.
        case badTable
        /// Another projection of the store has a table of this name.
        case tableTaken
        /// The tables changed but the version did not.
        case definitionChanged
        /// The store holds rows of a newer version of the projection than the program knows.
        case olderProgram
        /// A handler failed, or an event did not decode.
        case handlerFailed
        /// An inline projection has missed more events than an append may catch up.
        case tooFarBehind
        /// The build was given up by somebody else meanwhile.
        case superseded
        /// The projections had not come far enough in time.
        case waitTimedOut
    }

    /// What went wrong.
    public let code: Code
    /// The projection, where it is about one.
    public let projection: ProjectionName?
    /// A sentence that names the projection and what to do.
    public let description: String
    /// What caused it, where there is a cause.
    public let underlying: (any Error)?

    /// Describes a failure.
    public init(
        _ code: Code,
        projection: ProjectionName? = nil,
        _ description: String,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.projection = projection
        self.description = description
        self.underlying = underlying
    }
}

extension ProjectionError: PassingTrouble {
    /// Whether an append that it stood in the way of may go through later: when the engine that runs has caught up, or
    /// in the process of a newer program.
    package var isPassing: Bool { code == .tooFarBehind || code == .olderProgram }
}
