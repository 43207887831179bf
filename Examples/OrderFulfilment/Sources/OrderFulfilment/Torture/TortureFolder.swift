import Foundation
import OrderAudit

/// The folder of a torture: the databases, the stock, and what the processes said.
struct TortureFolder: Sendable {
    let path: String

    /// Takes an empty folder and puts the stock into it.
    ///
    /// - Throws: ``DataMismatch`` when it holds databases already.
    init(_ path: String?) throws {
        self.path = try DataFolder(path).path
        if FileManager.default.fileExists(atPath: file("orders.db")) {
            throw DataMismatch("\(self.path) holds databases already. Give torture a folder of its own.")
        }
        // Of one article there is too little, so that some orders go away empty.
        let lines = WorldGenerator.articles.enumerated().map { index, sku in
            "{\"sku\":\"\(sku)\",\"quantity\":\(index == 0 ? 400 : 100_000_000)}"
        }
        try (lines.joined(separator: "\n") + "\n").write(toFile: stock, atomically: true, encoding: .utf8)
    }

    var stock: String { file("stock.jsonl") }
    var tally: String { file("tally") }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// What is known of the orders from outside, as any reader may look.
    struct Look {
        /// The position of the last event.
        var head: Int64 = 0
        /// The number of the last order that was placed.
        var placed = 0
        /// The first order that has not ended.
        var firstOpen: Int?
        /// The sagas by status.
        var sagas: [String: Int] = [:]
    }

    /// Looks into the database of the orders; there may be none yet.
    func look() -> Look {
        var look = Look()
        guard let file = try? DatabaseFile(file("orders.db")) else { return look }
        look.head = (try? file.integer("SELECT head FROM edda_log")) ?? 0
        let number: (String) -> Int? = { $0.split(separator: "-").last.flatMap { Int($0) } }
        look.placed = (try? file.texts("SELECT max(id) FROM edda_sagas"))?.first.flatMap(number) ?? 0
        look.firstOpen =
            (try? file.texts("SELECT min(id) FROM edda_sagas WHERE status IN ('running', 'compensating')"))?.first
            .flatMap(number)
        try? file.each("SELECT status, count(*) FROM edda_sagas GROUP BY status") { row in
            look.sagas[row.text(0)] = Int(row.integer(1))
        }
        return look
    }

    /// The position of the last event of the orders.
    func head() -> Int64 {
        (try? DatabaseFile(file("orders.db")).integer("SELECT head FROM edda_log")) ?? 0
    }

    /// Sagas that stand still, with the step they stand at.
    func parked() -> [(id: String, step: String)] {
        var parked: [(id: String, step: String)] = []
        try? DatabaseFile(file("orders.db"))
            .each("SELECT id, step FROM edda_sagas WHERE status = 'parked'") { parked.append(($0.text(0), $0.text(1))) }
        return parked
    }
}
