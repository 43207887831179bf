internal import EddaCore

/// Decides from the register and the definition what is to be done next for one projection.
///
/// It does no I/O. Every unit that writes asks it again inside the transaction, so what was decided on a register that
/// somebody else has changed meanwhile is not done.
struct BuildPlanner: Hashable, Sendable {
    /// What the program wants.
    enum Goal: Hashable, Sendable {
        /// A live build of the present version.
        case current
        /// A new build of the present version, whatever is live.
        case rebuild
        /// That this build, or a later one of the present version, is live.
        case finish(build: Int)
    }

    /// What is to be done.
    enum Step: Hashable, Sendable {
        /// Nothing: this build is live and serves.
        case adopt(ProjectionRecord)
        /// A build of another version stands in the way and is given up.
        case abandon(ProjectionRecord)
        /// A build with this number is begun.
        case create(build: Int)
        /// The next events are applied to this build, and when there are none left readers are switched over.
        case catchUp(ProjectionRecord)
        /// Nothing can be done.
        case refuse(Refusal)
    }

    /// Why nothing can be done.
    enum Refusal: Hashable, Sendable {
        /// The live build is of a higher version.
        case olderProgram(live: Int)
        /// The live build has the same version and other tables.
        case tablesChanged(live: [String])
        /// The build that was to be finished is gone.
        case superseded(build: Int)
    }

    /// The projection.
    let name: ProjectionName
    /// The version of the definition.
    let version: Int
    /// The public names of its tables.
    let tables: [String]

    /// The next step towards a goal.
    ///
    /// - Parameter records: All builds of the projection.
    func next(towards goal: Goal, records: [ProjectionRecord]) -> Step {
        let live = live(in: records)
        let building = records.first { $0.status == .building }
        if let live, live.version > version { return .refuse(.olderProgram(live: live.version)) }
        if goal == .current, let live, live.version == version {
            return hasTables(live) ? .adopt(live) : .refuse(.tablesChanged(live: live.tables))
        }
        if case .finish(let build) = goal {
            if let live, live.version == version, live.build >= build { return .adopt(live) }
            guard let building, building.build == build, building.version == version else {
                return .refuse(.superseded(build: build))
            }
            return .catchUp(building)
        }
        guard let building else { return .create(build: (records.map(\.build).max() ?? 0) + 1) }
        return building.version == version && hasTables(building) ? .catchUp(building) : .abandon(building)
    }

    /// The build that readers see.
    func live(in records: [ProjectionRecord]) -> ProjectionRecord? {
        records.first { $0.status == .live }
    }

    /// The build that readers see, when this program can keep it current.
    ///
    /// - Throws: ``ProjectionError`` with code `olderProgram` when it is of a higher version.
    func ownLive(in records: [ProjectionRecord]) throws(ProjectionError) -> ProjectionRecord? {
        guard let live = live(in: records) else { return nil }
        if live.version > version { throw error(for: .olderProgram(live: live.version)) }
        return live.version == version ? live : nil
    }

    /// The row that `seen` has become, or `nil` when somebody else has moved, switched or removed the build since.
    func unmoved(_ seen: ProjectionRecord, in records: [ProjectionRecord]) -> ProjectionRecord? {
        records.first {
            $0.build == seen.build && $0.version == seen.version && $0.status == seen.status
                && $0.position == seen.position && $0.startedAt == seen.startedAt
        }
    }

    /// Builds whose tables are to be removed.
    func retired(in records: [ProjectionRecord]) -> [ProjectionRecord] {
        records.filter { $0.status == .retired }
    }

    /// The views that go and do not come again when `record` becomes live in place of `live`.
    func orphanedViews(switchingTo record: ProjectionRecord, from live: ProjectionRecord?) -> [String] {
        let kept = Set(record.tables.map { $0.lowercased() })
        return live?.tables.filter { !kept.contains($0.lowercased()) } ?? []
    }

    /// A refusal in words.
    func error(for refusal: Refusal) -> ProjectionError {
        switch refusal {
        case .olderProgram(let live):
            ProjectionError(
                .olderProgram,
                projection: name,
                "Projection \(name) is live in version \(live), and this program defines version \(version). Run the "
                    + "program that defines version \(live), or a later one."
            )
        case .tablesChanged(let live):
            ProjectionError(
                .definitionChanged,
                projection: name,
                "Projection \(name) is live in version \(version) with the tables \(live), and this program defines "
                    + "the same version with the tables \(tables). Raise its version."
            )
        case .superseded(let build):
            ProjectionError(
                .superseded,
                projection: name,
                "Build \(build) of projection \(name) was given up by another process or failed there. See the "
                    + "projection's status, then run `projections rebuild \(name)` again."
            )
        }
    }

    private func hasTables(_ record: ProjectionRecord) -> Bool { record.tables.sorted() == tables.sorted() }
}
