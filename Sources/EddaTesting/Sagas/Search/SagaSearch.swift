internal import EddaCore
internal import EddaSagas

/// Runs a saga under all that can go wrong, and shrinks what it finds.
struct SagaSearch<S: Saga> {
    let script: SagaScript<S>
    var report: SagaTestReport
    private let scope: SagaScope
    private var points: Set<SagaFault.Point> = []

    init(_ script: SagaScript<S>) {
        self.script = script
        scope = script.scope
        report = SagaTestReport(saga: S.name)
    }

    mutating func exhaustive(seeds: Range<UInt64>) async throws -> SagaTestReport {
        let plain = try await run([])
        report.transitions = plain.transitions
        report.steps = plain.effects.count
        let points = SagaPoints(of: S.describe(), in: scope, waits: plain.signalled)
        for base in script.options.triesEachPoint ? try await bases(plain, points) : [] {
            for visit in points.telling(base.later) {
                for fault in points.faults(at: visit, isSilent: base.faults.contains { $0.effect == .loss }) {
                    _ = try await run(base.faults + [fault])
                }
            }
        }
        for seed in seeds { try await run(seed: seed) }
        return report
    }

    /// Runs from which to stray: the one in which nothing goes wrong, the longest way back, the longest way back from a
    /// step whose outcome is unknown, that from a step that was given up, and each that stops half-way.
    private mutating func bases(_ plain: SagaRun, _ points: SagaPoints) async throws -> [SagaRun] {
        let detours = points.detours(of: plain)
        var bases = [plain]
        for faults in [detours.refusals, detours.silences, detours.failures] {
            var longest: SagaRun?
            for fault in faults {
                let detour = try await run([fault])
                if detour.status == .parked { bases.append(detour) }
                guard detour.status == .compensated else { continue }
                if detour.effects.count >= longest?.effects.count ?? 0 { longest = detour }
            }
            if let longest { bases.append(longest) }
        }
        return bases
    }

    @discardableResult
    private mutating func run(_ faults: [SagaFault]) async throws -> SagaRun {
        let result = try await script.run(SagaFates(planned: faults))
        if let violation = result.violation { throw try await failure(violation, faults, seed: nil) }
        try await note(result)
        return result
    }

    mutating func run(seed: UInt64) async throws {
        let result = try await script.run(SagaFates(seed: seed, in: scope))
        if let violation = result.violation { throw try await failure(violation, result.faults, seed: seed) }
        try await note(result)
    }

    private mutating func note(_ run: SagaRun) async throws {
        report.runs += 1
        report.happenings += run.happenings
        for visit in run.visits { points.insert(visit.point) }
        report.points = points.count
        for fault in run.faults { report.faults[fault.kind, default: 0] += 1 }
        if let status = run.status { report.endings[status, default: 0] += 1 }
        if run.isTooLate { report.tooLate += 1 }
        if let status = run.statusAfterRetries { report.endingsAfterRetries[status, default: 0] += 1 }
        guard let factory = script.options.sampleStores,
            (report.runs - 1).isMultiple(of: max(1, script.options.sampleEvery))
        else { return }
        let again = try await script.run(SagaFates(planned: run.faults), on: factory)
        report.samples += 1
        guard again.violation == nil, again.status == run.status, again.effects == run.effects,
            again.statusAfterRetries == run.statusAfterRetries, again.transitions == run.transitions
        else {
            throw TestFailure(
                "On the sample stores a run of \(S.name) differs from the one in memory: \(again.summary) instead of "
                    + "\(run.summary).\nFaults: \(run.faults.text)"
            )
        }
    }

    // MARK: Shrinking

    /// The report of a violation, with the shortest history that shows it.
    private func failure(
        _ violation: SagaViolation,
        _ faults: [SagaFault],
        seed: UInt64?
    ) async throws -> TestFailure {
        let shortest = try await shrunk(faults, violation)
        let told = try await script.run(SagaFates(planned: shortest), isTold: true)
        let shown = told.violation ?? violation
        var lines = ["The saga \(S.name) breaks \(shown.rule). \(shown.text)", ""]
        if let seed { lines.append("Found by seed \(seed), with \(Self.count(faults, "fault")).") }
        lines.append("Faults: \(shortest.text)")
        lines.append("The shortest history with it, \(Self.count(shortest, "fault")):")
        lines.append("")
        lines += told.lines
        lines.append("")
        let again = seed.map { "seed: \($0)" } ?? "faults: \"\(shortest.text)\""
        lines.append("To see it again: `SagaTest.replay(\(S.self).self, …, \(again))`, with the rest as in this test.")
        return TestFailure(lines.joined(separator: "\n"))
    }

    /// Leaves out what is not needed to break the same rule, and makes the rest milder.
    private func shrunk(_ faults: [SagaFault], _ violation: SagaViolation) async throws -> [SagaFault] {
        var best = faults
        var tries = 0
        func breaks(_ candidate: [SagaFault]) async throws -> [SagaFault]? {
            tries += 1
            let run = try await script.run(SagaFates(planned: candidate))
            guard run.violation?.rule == violation.rule else { return nil }
            return candidate.filter(run.faults.contains)
        }
        var isSmaller = true
        while isSmaller, tries < 400 {
            isSmaller = false
            var size = max(1, best.count / 2)
            while size >= 1 {
                var start = 0
                while start < best.count {
                    var fewer = best
                    fewer.removeSubrange(start..<min(start + size, best.count))
                    if let smaller = try await breaks(fewer) {
                        best = smaller
                        isSmaller = true
                    } else {
                        start += size
                    }
                }
                size = size == 1 ? 0 : size / 2
            }
            for index in best.indices where index < best.count {
                for milder in best[index].milder {
                    var candidate = best
                    candidate[index] = milder
                    if let smaller = try await breaks(candidate) {
                        best = smaller
                        isSmaller = true
                        break
                    }
                }
            }
        }
        return best
    }

    private static func count(_ faults: [SagaFault], _ word: String) -> String {
        "\(faults.count) \(word)\(faults.count == 1 ? "" : "s")"
    }

    /// Tells a run, or throws its violation.
    func replay(_ faults: [SagaFault]) async throws -> String {
        let run = try await script.run(SagaFates(planned: faults), isTold: true)
        if let violation = run.violation { throw try await failure(violation, run.faults, seed: nil) }
        return text(of: run)
    }

    /// Tells what a seed leads to, or throws its violation as ``exhaustive(seeds:)`` does.
    func replay(seed: UInt64) async throws -> String {
        let run = try await script.run(SagaFates(seed: seed, in: scope), isTold: true)
        if let violation = run.violation { throw try await failure(violation, run.faults, seed: seed) }
        return text(of: run)
    }

    private func text(of run: SagaRun) -> String {
        (["The saga \(S.name) ends \(run.summary).", "Faults: \(run.faults.text)", ""] + run.lines)
            .joined(separator: "\n")
    }
}

extension SagaRun {
    /// How it ended.
    var summary: String {
        if let violation { return "in a violation of \(violation.rule): \(violation.text)" }
        var text = status?.rawValue ?? "nowhere"
        if let statusAfterRetries { text += ", and after an operator's retries \(statusAfterRetries.rawValue)" }
        return "\(text), after \(transitions) transitions and the effects \(effects.joined(separator: ", "))"
    }
}

extension SagaFault {
    /// A word for the report.
    var kind: String {
        switch effect {
        case .loss: "lost messages"
        case .delay: "late messages"
        case .copy: "repeated messages"
        case .lateMark: "late marks"
        case .rejection: "rejections"
        case .failure: "failures"
        case .breakage: "failures for good"
        case .crashBefore: "crashes before a commit"
        case .crashAfter: "crashes after a commit"
        case .stall: "slow calls"
        case .hang: "calls that hang"
        case .decision: "decisions of an operator"
        case .signal: "early signals"
        }
    }
}
