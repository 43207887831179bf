#if CLI
internal import ArgumentParser
internal import Edda

/// `backup FILE`: a copy of the database, made while it is in use.
struct BackupCommand<App: EddaApplication>: RuntimeCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "backup",
            abstract: "Copy the database into a file, while programs go on writing to it.",
            discussion: """
                The file appears when it is whole, synced and examined; it is a database by itself. To restore it, stop \
                the programs that use the database, remove the files NAME-wal and NAME-shm, and put the file in the \
                place of NAME. Leave NAME.notify where it is: by it the store notices that it was restored.
                """
        )
    }

    @Argument(help: "The file to make.")
    var file: String

    @Flag(help: "Replace the file if it is there.")
    var force = false

    @OptionGroup var format: FormatOptions
    @OptionGroup var common: CommonOptions<App>

    func run(on runtime: EddaRuntime, output: Output) async throws {
        guard let store = runtime.store as? SQLiteStore else {
            throw CommandError("This kind of store has its own backups; a SQLiteStore is copied by `backup`.")
        }
        let time = store.time
        let begun = time.now()
        let line = ProgressLine("copying", unit: "pages", output: output, time: time)
        defer { line.end() }
        let backup = try await store.backup(to: file, replacing: force) { progress in
            line.show(
                .init(done: progress.donePages, total: progress.pages, elapsed: time.now().elapsed(since: begun))
            )
        }
        line.end()
        if format.json {
            output.write(json: [
                "path": .string(backup.path),
                "head": .integer(backup.head.value),
                "generation": .integer(Int64(backup.generation)),
                "bytes": .integer(backup.bytes),
            ])
        } else {
            let megabytes = (backup.bytes * 10 + (1 << 19)) >> 20
            output.write(
                "Copied everything up to position \(backup.head) into \(backup.path) (\(megabytes / 10)."
                    + "\(megabytes % 10) MiB).\n"
            )
        }
    }
}
#endif
