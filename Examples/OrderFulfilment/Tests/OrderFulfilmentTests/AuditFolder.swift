import Foundation
import OrderAudit
import Testing

/// What a run has left, with an order of every fate, and copies of it that are damaged on purpose.
struct AuditFolder {
    let folder: Folder

    private static let good = Task<Folder, any Error> {
        let folder = try Folder()
        let run = [
            "run", "--count", "80", "--decline-rate", "0.15", "--capture-decline-rate", "0.3", "--void-failure-rate",
            "0.5", "--until-quiet", "--json", "--data", folder.path,
        ]
        try #require(try await Program.run(run).status == 1, "there are parked sagas")
        let parked = try DatabaseFile(folder.file("orders.db"))
            .texts("SELECT id FROM edda_sagas WHERE status = 'parked' ORDER BY id")
        try #require(parked.count >= 4)
        for (id, decision) in zip(parked, [["skip", "--reason", "given back by hand"], ["resolve", "--reply", "{}"]]) {
            let ending = try await Program.run(
                ["sagas", decision[0], id] + decision.dropFirst() + ["--by", "ada", "--data", folder.path]
            )
            try #require(ending.status == 0, "\(ending.errors)")
        }
        try #require(try await Program.run(run).status == 1)
        return folder
    }

    /// A copy of the good folder.
    static func copy() async throws -> AuditFolder {
        let good = try await good.value
        let copy = AuditFolder(folder: try Folder())
        for service in ["orders", "inventory", "payments", "shipping", "bank"] {
            try FileManager.default.copyItem(atPath: good.file("\(service).db"), toPath: copy.path(of: service))
        }
        return copy
    }

    func path(of service: String) -> String { folder.file("\(service).db") }

    /// Executes statements on a database, by the `sqlite3` program.
    func change(_ service: String, _ statements: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-bail", path(of: service), statements]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(statements)")
    }

    /// The first value that a query finds.
    func value(_ service: String, _ query: String) throws -> String {
        try #require(try DatabaseFile(path(of: service)).texts(query).first, "\(query)")
    }

    func findings() throws -> [String] { try Audit.examine(folder: folder.path).findings }
}
