#if CLI
internal import ArgumentParser
internal import Edda

/// `projections rebuild NAME`: makes a read model anew from the events.
struct ProjectionsRebuildCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "rebuild",
            abstract: "Build a projection anew from the first event.",
            discussion: """
                Readers see the old rows until the new ones are complete; events can be appended meanwhile. A rebuild \
                that was interrupted goes on where it stood.
                """
        )
    }

    @Argument(help: "The projection, such as open-orders.", transform: name)
    var projection: ProjectionName

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        let line = ProgressLine("rebuilding \(projection)", unit: "events", output: output, time: runtime.store.time)
        let report: RebuildReport
        do {
            report = try await runtime.projections.rebuild(projection) { progress in
                line.show(
                    .init(
                        done: progress.done,
                        total: progress.total,
                        rate: progress.eventsPerSecond,
                        remaining: progress.remaining
                    )
                )
            }
        } catch let error as ProjectionError where error.code == .unknownProjection {
            line.end()
            throw CommandError(
                "\(App.commandName) has no projection \(projection). `\(App.commandName) projections list` lists those "
                    + "it has."
            )
        } catch {
            line.end()
            throw error
        }
        line.end()
        if format.json {
            output.write(json: Self.json(report))
        } else {
            let resumed = report.resumedFrom.map { ", continued from position \($0)" } ?? ""
            output.write(
                "Rebuilt \(report.projection) version \(report.version) as build \(report.build): \(report.events) "
                    + "events in \(Self.seconds(report.elapsed)) s\(resumed).\n"
            )
        }
    }

    private static func json(_ report: RebuildReport) -> JSON {
        let seconds = report.elapsed.inSeconds
        return [
            "projection": .string(report.projection.rawValue),
            "version": .integer(Int64(report.version)),
            "build": .integer(Int64(report.build)),
            "events": .integer(Int64(report.events)),
            "position": .integer(report.position.value),
            "resumedFrom": report.resumedFrom.map { .integer($0.value) } ?? .null,
            "seconds": .number(seconds),
            "eventsPerSecond": seconds > 0 ? .number(Double(report.events) / seconds) : .null,
        ]
    }

    /// With hundredths: `0.04`.
    private static func seconds(_ duration: Duration) -> String {
        let hundredths = Int64((duration.inSeconds * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
#endif
