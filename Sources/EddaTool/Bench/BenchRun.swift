#if CLI
internal import Dispatch
internal import EddaCommands
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif
internal import Synchronization

/// What a run has so far: its folder and its finished rows, which a signal finds as the end of the run does.
final class BenchRun: Sendable {
    private struct State {
        var rows: [BenchRow] = []
        var hasFailed = false
        var isOver = false
    }

    let folder: BenchFolder
    let output: Output
    private let printsJSON: Bool
    /// Who is in it when the process ends stays in it.
    private let state = Mutex(State())

    init(_ folder: BenchFolder, output: Output, printsJSON: Bool) {
        (self.folder, self.output, self.printsJSON) = (folder, output, printsJSON)
    }

    /// Has signals end the process as they should: rows printed, folder removed.
    ///
    /// - Returns: What keeps watch for as long as it lives.
    func watchSignals() -> [any DispatchSourceSignal] {
        // Instead of a signal, a write to a reader who has gone returns an error.
        signal(SIGPIPE, SIG_IGN)
        return [SIGINT, SIGTERM, SIGQUIT, SIGHUP].compactMap { number in
            // Under nohup(1) the end of the terminal is no reason to end.
            if signal(number, SIG_IGN).map({ unsafeBitCast($0, to: Int.self) }) == Self.ignored, number == SIGHUP {
                return nil
            }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { self.end(status: 128 + number) }
            source.resume()
            return source
        }
    }

    /// `SIG_IGN` as a number (signal.h): functions have no equality.
    private static let ignored = 1

    /// Adds a row that is finished.
    func add(_ row: BenchRow) { state.withLock { $0.rows.append(row) } }

    /// Tells of a workload that has failed.
    func fail(_ workload: String, _ error: any Error) {
        state.withLock { state in
            state.hasFailed = true
            note("error: \(workload): \(error)")
        }
    }

    /// Removes a folder of a workload.
    func remove(_ path: String) {
        state.withLock { _ in
            if let left = BenchFolder.remove(path) { note(left) }
        }
    }

    /// Ends the process, quietly, when nobody reads any more what it says.
    func endIfUnheard() {
        let ends = [STDOUT_FILENO, STDERR_FILENO].map { pollfd(fd: $0, events: 0, revents: 0) }
        let isUnheard = ends.contains { end in
            var end = end
            return poll(&end, 1, 0) == 1 && end.revents & Int16(POLLERR) != 0
        }
        if isUnheard { end(status: 128 + SIGPIPE) }
    }

    /// Prints the rows and removes the folder.
    ///
    /// - Returns: Whether all workloads have ended well.
    func finish() -> Bool {
        state.withLock { state in
            conclude(&state)
            return !state.hasFailed
        }
    }

    private func end(status: Int32) {
        state.withLock { state in
            conclude(&state)
            // Other threads are at work, and nothing is buffered.
            _exit(status)
        }
    }

    private func conclude(_ state: inout State) {
        if state.isOver { return }
        state.isOver = true
        if output.canRedraw { output.note("\r\u{1B}[K") }
        if let left = folder.remove() { note(left) }
        if printsJSON {
            output.write(json: .array(state.rows.map(\.json)))
        } else if !state.rows.isEmpty {
            output.write(state.rows.rendered(width: output.width))
        }
    }

    private func note(_ text: String) {
        output.note((output.canRedraw ? "\r\u{1B}[K" : "") + text + "\n")
    }
}
#endif
