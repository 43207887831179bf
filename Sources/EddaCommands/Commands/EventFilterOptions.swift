#if CLI
internal import ArgumentParser
internal import Edda

/// The options by which events are chosen wherever they are listed.
struct EventFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only events of this type. Repeatable.", valueName: "type"), transform: name)
    var type: [EventType] = []

    @Option(help: ArgumentHelp("Only events with this tag. Repeatable.", valueName: "tag"), transform: name)
    var tag: [Tag] = []

    @Option(help: ArgumentHelp("Only events of this category.", valueName: "category"), transform: name)
    var category: StreamCategory?

    /// What several of them mean together, for the help of a command.
    static var discussion: String {
        """
        Several --type mean any of them, several --tag all of them. Edda's own events, such as the history of a saga, \
        show when their category is named: --category '$saga'.
        """
    }

    /// The events that all of the options choose.
    var query: EventQuery { query(in: category) }

    /// The events that the options choose within a category.
    func query(in category: StreamCategory?) -> EventQuery {
        type.isEmpty && tag.isEmpty && category == nil
            ? .all : EventQuery(types: Set(type), tags: Set(tag), category: category)
    }
}
#endif
