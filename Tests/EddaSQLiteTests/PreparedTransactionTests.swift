import CSQLite
import EddaCore
import EddaTesting
import Testing

@testable import EddaSQLite

/// The transaction that a writer begins for a caller who has kept coming back.
@Suite struct PreparedTransactionTests {
    /// An append without a caller.
    private final class Note: WriteUnit, @unchecked Sendable {
        // `@unchecked Sendable`: used by the thread of the test alone.
        private let version: Int
        private var result: AppendResult?
        private(set) var answer: Result<AppendResult, any Error>?

        init(expecting version: Int) { self.version = version }

        override func run(in transaction: SQLiteWriteTransaction) throws {
            let event = EventData(type: "noted", data: Array("{}".utf8))
            let stream = StreamID(unchecked: "note-1")
            result = try transaction.append(
                Append([event], to: stream, expecting: version == 0 ? .missing : .version(version))
            )
        }

        override func succeed() { answer = result.map { .success($0) } }
        override func fail(_ error: any Error) { answer = .failure(error) }
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func session(lockTimeout: Duration = .milliseconds(50)) throws -> WriterSession {
        let usual = SQLiteStore.Configuration()
        return try WriterSession(
            WriterSession.Settings(
                path: folder.file(),
                durability: .full,
                lockTimeout: lockTimeout,
                checkpointPages: usual.checkpointPages,
                time: .system,
                signals: StoreSignals(),
                aggregates: AggregateCache(limit: 8),
                meter: UnitMeter(),
                gauge: WALGauge(),
                groupTime: usual.groupTime,
                groupBytes: usual.groupBytes,
                keyRetention: usual.keyRetention
            )
        )
    }

    private func isOpen(_ session: WriterSession) -> Bool { sqlite3_get_autocommit(session.connection.handle) == 0 }

    private func append(_ version: Int, by session: WriterSession) throws -> Position? {
        let note = Note(expecting: version)
        #expect(session.process([note], waiting: { 0 }).isEmpty)
        return try note.answer?.get().positions?.upperBound
    }

    @Test func aGroupGoesIntoThePreparedTransaction() throws {
        let session = try session()
        session.prepare()
        #expect(isOpen(session))
        session.prepare()
        #expect(try append(0, by: session) == Position(1))
        #expect(!isOpen(session))
        // The next one begins its own.
        #expect(try append(1, by: session) == Position(2))
    }

    @Test func nobodyElseWritesMeanwhileAndEverybodyDoesAfterwards() throws {
        let session = try session()
        let other = try self.session()
        session.prepare()
        #expect(throws: StoreError.self) { try append(0, by: other) }
        session.unprepare()
        #expect(!isOpen(session))
        #expect(try append(0, by: other) == Position(1))
        session.unprepare()
        #expect(try append(1, by: other) == Position(2))
    }

    @Test func whatOthersHaveWrittenBeforeIsKnown() throws {
        let session = try session()
        let other = try self.session()
        #expect(try append(0, by: session) == Position(1))
        #expect(try append(1, by: other) == Position(2))
        session.prepare()
        #expect(try append(2, by: session) == Position(3))
        session.prepare()
        session.unprepare()
        #expect(try append(3, by: other) == Position(4))
    }

    @Test func whoeverHoldsTheLockIsNotWaitedFor() throws {
        let session = try session()
        let other = try self.session()
        other.prepare()
        session.prepare()
        #expect(!isOpen(session))
        other.unprepare()
        // Neither is a process that writes without Edda.
        let foreign = try Connection(path: folder.file(), access: .writer(.full, logLimit: 1 << 20))
        try foreign.execute("BEGIN IMMEDIATE")
        session.prepare()
        #expect(!isOpen(session))
        try foreign.execute("COMMIT")
        // Nothing of either attempt is still held.
        #expect(try append(0, by: other) == Position(1))
        #expect(try append(1, by: session) == Position(2))
    }

    @Test func aGroupThatIsWithdrawnLeavesNothingOpen() throws {
        let session = try session()
        session.prepare()
        let note = Note(expecting: 0)
        #expect(note.withdraw())
        #expect(session.process([note], waiting: { 0 }).isEmpty)
        #expect(!isOpen(session))
        #expect(note.answer == nil)
        #expect(try append(0, by: self.session()) == Position(1))
    }
}
