import EddaCore
import EddaSQLite
import EddaTesting
import Foundation
import Testing

@Suite struct TwoProcessTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    // acceptance: 8
    @Test(.timeLimit(.minutes(5)))
    func aKeyIsKnownInAnotherProcessWhereDictionariesHaveAnotherOrder() async throws {
        let store = try await folder.store()
        try await store.append([Packed.sample], to: "parcel-1", key: "pack-1")
        try await ChildProcess.playing(.repeatsAnAppend, on: folder.file()) { _ in }
        #expect(try await store.head() == Position(1))
        await store.close()
    }

    // acceptance: 20; guarantees: G3
    @Test(.timeLimit(.minutes(5)))
    func twoProcessesWriteOneFileAndSeeEachOther() async throws {
        let store = try await folder.store()
        try await ChildProcess.playing(.exchanges, on: folder.file()) { _ in
            for index in 0..<100 {
                try await store.append(Append([EventData(type: "parent", data: [UInt8(index)])], to: "shared-1"))
            }
            var seen = 0
            for try await _ in store.subscribe(to: EventQuery(types: ["child"])) {
                seen += 1
                if seen == 100 { break }
            }
        }
        let events = try await store.events(in: "shared-1")
        #expect(events.map(\.version) == Array(1...200))
        #expect(events.map(\.position.value) == Array(1...200))
        #expect(events.filter { $0.type == "child" }.map { $0.data[0] } == (0..<100).map { UInt8($0) })
        await store.close()
    }

    /// Another process deposits behind the back of a cached account.
    // acceptance: 62
    @Test(.timeLimit(.minutes(5)))
    func anAggregateThatAnotherProcessHasChangedIsNotRefusedOnItsOldState() async throws {
        let store = try await folder.store()
        let path = folder.file()
        try await store.update(Purse.self, id: "1") { _ in [Filled(amount: 10)] }
        #expect(store.aggregates.count == 1)
        await #expect(processExitsWith: .success) { [path = path as String] in
            let store = try await SQLiteStore(path: path)
            try await store.update(Purse.self, id: "1") { _ in [Filled(amount: 90)] }
            await store.close()
        }
        // Nothing has told this process yet; the state in its memory is the old one.
        try await store.update(Purse.self, id: "1") { purse in
            guard purse.amount >= 60 else { throw Rejection("purse.empty") }
            return [Filled(amount: -60)]
        }
        #expect(try await store.load(Purse.self, id: "1").state.amount == 40)
        await #expect(processExitsWith: .success) { [path = path as String] in
            let store = try await SQLiteStore(path: path)
            try await store.write { try $0.archive("purse-1") }
            await store.close()
        }
        await #expect(throws: AppendConflict.self) {
            try await store.update(Purse.self, id: "1") { _ in [Filled(amount: 1)] }
        }
        // The writer has seen that another process committed.
        #expect(store.aggregates.count == 0)
        await store.close()
    }

    // guarantees: G12
    @Test(.timeLimit(.minutes(5)))
    func whatWasAcknowledgedIsThereAfterAKill() async throws {
        let path = folder.file()
        let log = folder.file("acknowledged")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, log = log as String] in
            let store = try await SQLiteStore(path: path)
            let file = try FileHandle(forWritingTo: URL(filePath: log))
            let pid = ProcessInfo.processInfo.processIdentifier
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for index in 0... {
                            _ = try await store.append(
                                Append([EventData(type: "a", data: [])], to: StreamID(unchecked: "w-\(writer)"))
                            )
                            file.write(Data("w-\(writer) \(index + 1)\n".utf8))
                            if writer == 3, index == 40 { kill(pid, SIGKILL) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let store = try await folder.store()
        var acknowledged: [String: Int] = [:]
        for line in try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: " ")
            acknowledged[String(parts[0])] = Int(parts[1])
        }
        #expect(acknowledged["w-3"] ?? 0 >= 40)
        for (stream, version) in acknowledged {
            let stored = try await store.state(of: StreamID(validating: stream)).version
            #expect(stored >= version)
        }
        let head = try await store.head()
        let all = try await store.events(limit: .max).events
        #expect(all.map(\.position.value) == Array(1...head.value))
        await store.close()
    }
}

private struct Filled: Event {
    static let eventType: EventType = "purse.filled"
    var amount: Int
}

private struct Purse: Aggregate {
    static let category: StreamCategory = "purse"
    static let handlers = EventHandlers<Purse> {
        On(Filled.self) { purse, event in purse.amount += event.amount }
    }
    var amount = 0
}
