import EddaCore
import EddaTesting
import Foundation
import Synchronization
import Testing

@testable import EddaSQLite

// acceptance: 20; guarantees: G5
@Suite(.timeLimit(.minutes(2))) struct NotifyWatcherTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ name: String) throws -> String {
        let path = folder.file(name)
        try Data().write(to: URL(filePath: path))
        return path
    }

    // A busy writer of this process touches its file all the time; the other file's writer was killed before its touch.
    @Test func aFileThatNobodyTouchesIsLookedAtBesideABusyOne() async throws {
        let (busy, quiet) = (try file("busy.notify"), try file("quiet.notify"))
        let touch = try #require(FileHandle(forWritingAtPath: busy))
        let touches = Mutex(0)
        let looks = Signal()
        // Every touch is answered by the next one, so the watcher never waits in vain.
        let first = NotifyWatcher.shared.watch(busy) {
            touches.withLock { $0 += 1 }
            try? touch.write(contentsOf: [1])
        }
        let second = NotifyWatcher.shared.watch(quiet) { looks.raise() }
        try touch.write(contentsOf: [1])
        for _ in 0..<2 { try await looks.wait(past: looks.count) }
        #expect(touches.withLock { $0 } > 2)
        NotifyWatcher.shared.stop(first)
        NotifyWatcher.shared.stop(second)
    }
}
