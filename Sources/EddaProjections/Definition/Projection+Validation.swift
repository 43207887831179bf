internal import EddaCore

extension Projection {
    /// Checks definitions, each for itself and against the others.
    static func validate(_ projections: [Projection]) throws(ProjectionError) {
        var names = Set<ProjectionName>()
        var owners: [String: ProjectionName] = [:]
        for projection in projections {
            try projection.validate()
            guard names.insert(projection.name).inserted else {
                throw projection.invalid("is defined twice. Keep one definition.")
            }
            for table in projection.tables {
                if let owner = owners.updateValue(projection.name, forKey: table.foldedName) {
                    throw projection.invalid(
                        owner == projection.name
                            ? "declares table \(table.name) twice. Keep one."
                            : "declares table \(table.name), which projection \(owner) also declares. Rename one."
                    )
                }
            }
        }
    }

    private func validate() throws(ProjectionError) {
        guard version >= 1 else { throw invalid("has version \(version); versions count from 1.") }
        if let type = ambiguousTypes.first {
            throw invalid("has two handlers for events of type \(type). Join them.")
        }
        for table in tables { try table.validate(for: name) }
    }

    private func invalid(_ problem: String) -> ProjectionError {
        ProjectionError(.invalidDefinition, projection: name, "Projection \(name) \(problem)")
    }
}
