#if CLI
internal import Edda

extension BenchRun {
    /// How workloads are measured.
    struct Options {
        var durability = Durability.full
        var operations: Int?
        var steps = 4
        /// From 0 to 1.
        var compensated: Double?
        /// How long all may take together.
        var limit: Duration
    }

    /// Measures one workload after another; one that fails does not keep the others from their turns.
    func measure(_ entries: [Bench.Entry], _ options: Options) async {
        let begin = ContinuousClock.now
        for (index, entry) in entries.enumerated() {
            let share = TimeShare.next(
                of: options.limit - begin.duration(to: .now),
                usual: entries[index...].map { .seconds($0.seconds) }
            )
            let progress = BenchProgress("[\(index + 1)/\(entries.count)]", output: output) { self.endIfUnheard() }
            do {
                let bench = Bench(
                    folder: try folder.make(entry.name),
                    durability: options.durability,
                    operations: options.operations,
                    steps: options.steps,
                    compensated: options.compensated,
                    deadline: .now + share,
                    progress: { progress.show("\(entry.name): \($0)") },
                    finished: { self.add($0) }
                )
                defer { remove(bench.folder) }
                bench.progress(entry.workload.summary)
                let rows = try await TimeShare.$current.withValue(TimeShare(share)) {
                    try await BenchProgress.$current.withValue(progress) { try await entry.workload.run(in: bench) }
                }
                for row in rows { add(row) }
            } catch {
                fail(entry.name, error)
            }
        }
    }
}
#endif
