import CSQLite
import EddaCore
import EddaTesting
import Foundation
import Testing

@testable import EddaSQLite

// acceptance: 56, 57; guarantees: G2
@Suite struct LogVFSTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func writer(_ vfs: String? = nil, _ durability: Durability = .full) throws -> Connection {
        let connection = try Connection(path: folder.file(), access: .writer(durability, logLimit: 1 << 20), vfs: vfs)
        try connection.execute(
            "PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY, v BLOB)"
        )
        return connection
    }

    private func insert(_ count: Int, into connection: Connection) throws {
        for _ in 0..<count { try connection.execute("INSERT INTO t (v) VALUES (randomblob(4000))") }
    }

    /// How many rows somebody finds who has only the files, as after a crash.
    private func countInCopy() throws -> Int64 {
        let copy = try TemporaryFolder()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: folder.file() + suffix, toPath: copy.file() + suffix)
        }
        let connection = try Connection(path: copy.file(), access: .writer(.full, logLimit: 1 << 20))
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
        return try connection.integer("SELECT count(*) FROM t")
    }

    @Test func aCommitIsInTheFileWhenItReturns() throws {
        let connection = try writer()
        let reader = try Connection(path: folder.file(), access: .reader(patience: .seconds(1)))
        for number in 1...40 {
            try connection.execute("BEGIN IMMEDIATE")
            try insert(number % 3 + 1, into: connection)
            try connection.execute("COMMIT")
            let count = try connection.integer("SELECT count(*) FROM t")
            #expect(try reader.integer("SELECT count(*) FROM t") == count)
            if number % 10 == 0 { #expect(try countInCopy() == count) }
        }
    }

    @Test func aCommitIsOneWriteAndOneSyncOfTheLog() throws {
        let vfs = FaultVFS()
        do {
            let connection = try writer(vfs.name)
            try insert(3, into: connection)
            let before = vfs.calls
            try insert(3, into: connection)
            let calls = (before + 1...vfs.calls).compactMap { vfs.call($0) }.filter { $0.file == .log }
            #expect(calls.map(\.kind) == [.write, .sync, .write, .sync, .write, .sync])
        }
        #expect(vfs.openFiles == 0)
    }

    @Test func aTransactionThatOutgrowsMemoryReadsWhatItWrote() throws {
        let connection = try writer()
        try connection.execute("PRAGMA cache_size = 10")
        for ending in ["COMMIT", "ROLLBACK", "COMMIT"] {
            let before = try connection.integer("SELECT count(*) FROM t")
            try connection.execute("BEGIN IMMEDIATE")
            try insert(300, into: connection)
            #expect(try connection.integer("SELECT count(*) FROM t WHERE length(v) = 4000") == before + 300)
            try connection.execute("UPDATE t SET v = zeroblob(3000) WHERE k % 7 = 0")
            try connection.execute(ending)
            let after = try connection.integer("SELECT count(*) FROM t WHERE length(v) IN (3000, 4000)")
            #expect(after == before + (ending == "COMMIT" ? 300 : 0))
            try connection.execute("UPDATE t SET v = zeroblob(4000)")
            #expect(try countInCopy() == after)
        }
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try insert(1, into: connection)
        #expect(try countInCopy() == 601)
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
    }

    @Test func whatIsTakenBackIsNeverWrittenOverTheFramesOfAnotherProcess() throws {
        let connection = try writer()
        try connection.execute("PRAGMA cache_size = 10")
        // A connection without this VFS is to the file what another process is.
        let other = try writer(nil, .normal)
        for _ in 0..<3 {
            let before = try other.integer("SELECT count(*) FROM t")
            // Now the way back needs nothing from the log.
            try connection.execute("PRAGMA wal_checkpoint(TRUNCATE); BEGIN IMMEDIATE")
            try insert(60, into: connection)
            try connection.execute("ROLLBACK")
            try insert(100, into: other)
            try insert(1, into: connection)
            #expect(try other.integer("SELECT count(*) FROM t WHERE length(v) = 4000") == before + 101)
            #expect(try countInCopy() == before + 101)
        }
    }

    @Test func aLogThatCannotBeWrittenFailsTheCommit() throws {
        let vfs = FaultVFS()
        let connection = try writer(vfs.name)
        try insert(1, into: connection)
        for mode in [FaultMode.fail(code: SQLITE_FULL, lasting: false), .fail(code: 0, lasting: false), .half(code: 0)]
        {
            vfs.armNext(.write, mode)
            #expect(throws: SQLiteFailure.self) { try insert(1, into: connection) }
            vfs.heal()
            #expect(try connection.integer("SELECT count(*) FROM t") == 1)
        }
        try insert(1, into: connection)
        #expect(try countInCopy() == 2)
    }

    @Test func whatWasLostBeforeTheCommitFailsTheCommit() throws {
        let vfs = FaultVFS()
        let connection = try writer(vfs.name)
        try connection.execute("PRAGMA cache_size = 10")
        try insert(1, into: connection)
        try connection.execute("BEGIN IMMEDIATE")
        try insert(20, into: connection)
        // The rows before have to be read from the log, so what was collected is written. The statement is undone alone.
        vfs.armNext(.write, .fail(code: SQLITE_FULL, lasting: false))
        #expect(throws: SQLiteFailure.self) { try connection.execute("INSERT INTO t SELECT k + 1000, v FROM t") }
        vfs.heal()
        #expect(sqlite3_get_autocommit(connection.handle) == 0, "the transaction goes on")
        #expect(throws: SQLiteFailure.self) { try connection.execute("COMMIT") }
        #expect(sqlite3_get_autocommit(connection.handle) != 0)
        #expect(try connection.integer("SELECT count(*) FROM t") == 1)
        try insert(1, into: connection)
        #expect(try countInCopy() == 2)
    }

    @Test func underNormalDurabilityNothingIsHeldBack() throws {
        let connection = try writer(nil, .normal)
        let reader = try Connection(path: folder.file(), access: .reader(patience: .seconds(1)))
        for count in 1...20 {
            try insert(1, into: connection)
            #expect(try reader.integer("SELECT count(*) FROM t") == Int64(count))
        }
    }

    @Test func aWriterThatWaitsForItsCallerLeavesTheFileToOthers() async throws {
        let store = try await folder.store()
        for _ in 0..<200 { try await store.append(Append([EventData(type: "a", data: [])], to: "s-1")) }
        let other = try Connection(path: folder.file(), access: .writer(.full, logLimit: 1 << 20))
        try other.execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE; COMMIT")
        await store.close()
    }
}
