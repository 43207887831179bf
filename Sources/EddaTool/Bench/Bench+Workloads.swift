#if CLI
internal import ArgumentParser

extension Bench {
    /// A workload, and what a run must know of it beforehand.
    struct Entry: Sendable {
        /// An option that means something to some workloads only.
        enum Option: String {
            case steps = "--steps"
            case compensated = "--compensated"
        }

        let workload: any Workload
        /// How many seconds it usually takes; by this the time of a run is shared.
        let seconds: Int
        /// How many operations it can be told to measure.
        let operations: ClosedRange<Int>
        /// How many it measures when it is not told, and how many bytes on disk each takes, the limit's among them.
        let disk: (usual: Int, each: Int, fixed: Int)
        let options: Set<Option>

        init(
            _ workload: any Workload,
            seconds: Int,
            operations: ClosedRange<Int>,
            disk: (usual: Int, each: Int, fixed: Int),
            options: Set<Option> = []
        ) {
            self.workload = workload
            self.seconds = seconds
            self.operations = operations
            self.disk = disk
            self.options = options
        }

        var name: String { workload.name }

        /// How many bytes it writes, about.
        func bytes(operations: Int?) -> Int64 {
            Int64(disk.fixed) + Int64(operations ?? disk.usual) * Int64(disk.each)
        }
    }

    /// All workloads, in the order in which they run; that which takes what time is left comes last.
    ///
    /// The least operations are so many that each caller has one in each turn; the most, so many that what is made
    /// ready for a turn of the limit takes little memory.
    static let workloads: [Entry] = [
        Entry(
            AppendWorkload(name: "append-1", callers: 1, operations: 8_000),
            seconds: 5,
            operations: 100...1_000_000,
            disk: (8_000, 1_000, 20_000_000)
        ),
        Entry(
            AppendWorkload(name: "append-64", callers: 64, operations: 120_000),
            seconds: 6,
            operations: 512...1_000_000,
            disk: (120_000, 1_000, 20_000_000)
        ),
        Entry(
            AppendWorkload(name: "append-256", callers: 256, operations: 160_000),
            seconds: 7,
            operations: 2_048...1_000_000,
            disk: (160_000, 1_000, 20_000_000)
        ),
        Entry(
            BatchWorkload(),
            seconds: 5,
            operations: 800...1_000_000,
            disk: (200_000, 1_000, 20_000_000)
        ),
        Entry(
            TagsWorkload(),
            seconds: 15,
            operations: 512...1_000_000,
            disk: (80_000, 1_000, 1_200_000_000)
        ),
        Entry(
            LoadWorkload(),
            seconds: 10,
            operations: 100...1_000_000,
            disk: (0, 0, 100_000_000)
        ),
        Entry(
            HotWorkload(),
            seconds: 6,
            operations: 512...1_000_000,
            disk: (80_000, 1_000, 20_000_000)
        ),
        Entry(
            ScanWorkload(),
            seconds: 3,
            operations: 100...500_000,
            disk: (500_000, 100, 20_000_000)
        ),
        Entry(
            ReplayWorkload(),
            seconds: 12,
            operations: 1_000...10_000_000,
            disk: (400_000, 500, 20_000_000)
        ),
        Entry(
            MixedReplayWorkload(),
            seconds: 8,
            operations: 1_000...10_000_000,
            disk: (640_000, 250, 20_000_000)
        ),
        Entry(
            FeaturesWorkload(),
            seconds: 18,
            operations: 512...1_000_000,
            disk: (36_000, 10_000, 60_000_000)
        ),
        Entry(
            ProcessesWorkload(),
            seconds: 6,
            operations: 100...20_000,
            disk: (500, 500, 20_000_000)
        ),
        Entry(
            SagaWorkload(),
            seconds: 28,
            operations: 2_048...100_000,
            disk: (16_384, 40_000, 40_000_000),
            options: [.steps, .compensated]
        ),
        Entry(
            PacedSagaWorkload(),
            seconds: 13,
            operations: 100...20_000,
            disk: (1_000, 30_000, 40_000_000),
            options: [.steps]
        ),
        Entry(
            SagaTimersWorkload(),
            seconds: 23,
            operations: 100...100_000,
            disk: (30_000, 10_000, 40_000_000),
            options: [.steps]
        ),
        Entry(
            GrowthWorkload(),
            seconds: 90,
            operations: 256...1_000_000,
            disk: (40_000, 1_500, 5_500_000_000)
        ),
    ]

    /// The workloads of these names, all when there are none; in the order in which they run.
    static func entries(named names: [String]) throws -> [Entry] {
        let known = workloads.map(\.name)
        for name in names where !known.contains(name) {
            throw ValidationError("\"\(name)\" is no workload; there are \(known.joined(separator: ", ")).")
        }
        return workloads.filter { names.isEmpty || names.contains($0.name) }
    }

    /// Fails when a workload cannot measure so many operations.
    static func check(operations: Int, of entries: [Entry]) throws {
        guard let refusing = entries.first(where: { !$0.operations.contains(operations) }) else { return }
        let range = refusing.operations
        throw ValidationError(
            """
            --operations is \(operations); \(refusing.name) takes \(range.lowerBound) to \(range.upperBound). Pass \
            such a number, or name other workloads.
            """
        )
    }

    /// Fails when an option means nothing to any of the workloads.
    static func check(_ option: Entry.Option, of entries: [Entry]) throws {
        guard !entries.contains(where: { $0.options.contains(option) }) else { return }
        let taking = workloads.filter { $0.options.contains(option) }.map(\.name).joined(separator: ", ")
        throw ValidationError(
            """
            \(option.rawValue) means nothing to \(entries.map(\.name).joined(separator: ", ")). Leave it out, or name \
            a workload that has it: \(taking).
            """
        )
    }
}
#endif
