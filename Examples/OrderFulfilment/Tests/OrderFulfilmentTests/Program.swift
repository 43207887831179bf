import Foundation

/// The built program, run as a process of its own.
struct Program {
    /// How a process ended and what it said.
    struct Ending {
        let status: Int32
        let wasKilled: Bool
        let output: String
        let errors: String
    }

    /// It stands beside the tests.
    static let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "order-fulfilment").path(percentEncoded: false)

    /// Runs it to its end, or kills it with SIGKILL at the end of the first slice of its life after which a condition holds.
    ///
    /// It is stopped while it is looked at: however slow the look, it gets no further than its slices.
    static func run(
        _ arguments: [String],
        killedAfter slice: Duration? = nil,
        once condition: (@Sendable () async throws -> Bool)? = nil
    ) async throws -> Ending {
        let folder = try Folder()
        let (output, errors) = (folder.file("output"), folder.file("errors"))
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try writer(output)
        process.standardError = try writer(errors)
        let (endings, ended) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in ended.finish() }
        try process.run()
        let id = process.processIdentifier
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in endings {} }
            if let slice {
                group.addTask {
                    // The time that it lives is what is being varied; nothing is waited for.
                    while (try? await Task.sleep(for: slice)) != nil {
                        kill(id, SIGSTOP)
                        do {
                            guard try await condition?() == false else { break }
                        } catch {
                            kill(id, SIGKILL)
                            throw error
                        }
                        kill(id, SIGCONT)
                    }
                    if !Task.isCancelled { kill(id, SIGKILL) }
                    for await _ in endings {}
                }
            }
            try await group.next()
            group.cancelAll()
        }
        process.waitUntilExit()
        return Ending(
            status: process.terminationStatus,
            wasKilled: process.terminationReason == .uncaughtSignal,
            output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8)
        )
    }

    private static func writer(_ path: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try FileHandle(forWritingTo: URL(filePath: path))
    }
}

/// A folder of its own for one test, removed with it.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "order-fulfilment-\(UUID())")
            .path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file of lines.
    func write(_ lines: [String], to name: String) throws -> String {
        try (lines.joined(separator: "\n") + "\n").write(toFile: file(name), atomically: true, encoding: .utf8)
        return file(name)
    }
}

/// What `--json` prints.
struct Summary: Decodable, Equatable {
    struct Stock: Decodable, Equatable {
        let initial: Int
        let shipped: Int
        let reserved: Int
        let onHand: Int
    }

    struct Money: Decodable, Equatable {
        let captured: Int
        let authorized: Int
    }

    struct Bank: Decodable, Equatable {
        let bookings: Int
        let keys: Int
    }

    let orders: Int
    let completed: Int
    let compensated: Int
    let parked: Int
    let invalid: Int
    let stock: Stock
    let money: [String: Money]
    let bank: Bank
    let balanced: Bool
    let problems: [String]

    init(_ ending: Program.Ending) throws {
        self = try JSONDecoder().decode(Summary.self, from: Data(ending.output.utf8))
    }
}
