/// Reads the databases of a folder, those of the four services and the bank's, and checks what Edda promises about them,
/// without Edda.
///
/// For a folder at rest: no run is at work in it, and the last one ended by itself with `--until-quiet`.
package struct Audit {
    static let services = ["orders", "inventory", "payments", "shipping"]

    let files: [(service: String, file: DatabaseFile)]
    var report = AuditReport()
    var effects = Effects()
    /// The rows of the sagas, by id.
    var sagas: [String: SagaRow] = [:]
    /// What the histories tell, by saga.
    var walks: [String: SagaWalk] = [:]

    /// A saga's row.
    struct SagaRow {
        let status: String
        let step: String?
        let reason: String?
        let innerStatus: String?
    }

    /// Examines a folder.
    ///
    /// - Throws: ``DatabaseFile/Failure`` when a file is not there or cannot be read as a database.
    package static func examine(folder: String) throws -> AuditReport {
        var audit = Audit(
            files: try services.map { ($0, try DatabaseFile("\(folder)/\($0).db")) }
        )
        for (service, file) in audit.files { try audit.checkFile(file, of: service) }
        try audit.readSagas()
        audit.checkSagas()
        audit.checkInboxes()
        audit.checkEffects()
        audit.checkBalance()
        try audit.checkViews()
        try audit.checkBank(DatabaseFile("\(folder)/bank.db"))
        return audit.report
    }

    var orders: DatabaseFile { file("orders") }

    func file(_ service: String) -> DatabaseFile {
        // Every service has a file: `examine` opens them all.
        files.first { $0.service == service }!.file
    }

    /// Adds what a check has found; the same check on another file is one line of the report.
    mutating func add(_ check: AuditReport.Check) {
        guard let index = report.checks.firstIndex(where: { $0.what == check.what }) else {
            return report.checks.append(check)
        }
        report.checks[index].count += check.count
        report.checks[index].failures += check.failures
        report.checks[index].findings += check.findings.prefix(
            AuditReport.Check.told - min(AuditReport.Check.told, report.checks[index].findings.count)
        )
    }

    /// Reads what the sagas' rows and histories say.
    private mutating func readSagas() throws {
        for (service, file) in files { try effects.read(file, service: service) }
        var ignored = 0
        var rows: [String: SagaRow] = [:]
        try orders.each(
            """
            SELECT id, status, step, reason, json_extract(CAST(instance AS TEXT), '$.status'),
                   json_extract(CAST(instance AS TEXT), '$.ignoredReplies')
            FROM edda_sagas
            """
        ) { row in
            rows[row.text(0)] = SagaRow(
                status: row.text(1),
                step: row.optionalText(2),
                reason: row.optionalText(3),
                innerStatus: row.optionalText(4)
            )
            ignored += Int(row.integer(5))
        }
        sagas = rows
        report.ignoredReplies = ignored
        for row in rows.values { report.sagas[row.status, default: 0] += 1 }
        try readHistories()
    }

    private mutating func readHistories() throws {
        var walks: [String: SagaWalk] = [:]
        var (resends, decisions, reasons) = (0, [String: Int](), [String: Int]())
        try orders.each(
            """
            SELECT e.position, s.name, t.name, json_extract(CAST(e.data AS TEXT), '$.step'),
                   json_extract(CAST(e.data AS TEXT), '$.verb'), json_extract(CAST(e.data AS TEXT), '$.because'),
                   json_extract(CAST(e.data AS TEXT), '$.isFinal')
            FROM edda_events e JOIN edda_streams s ON s.id = e.stream JOIN edda_types t ON t.id = e.type
            WHERE s.name LIKE '$saga-%' ORDER BY e.stream, e.version
            """
        ) { row in
            let id = String(row.text(1).dropFirst("$saga-".count))
            let line = SagaWalk.Line(
                position: row.integer(0),
                type: row.text(2),
                step: row.optionalText(3),
                verb: row.optionalText(4),
                because: row.optionalText(5),
                isFinal: row.optionalText(6) == "1"
            )
            if line.type == "edda.step.resent" { resends += 1 }
            if let verb = line.verb { decisions[verb, default: 0] += 1 }
            if let because = line.because { reasons[because, default: 0] += 1 }
            walks[id, default: SagaWalk(id)].follow(line)
        }
        self.walks = walks
        report.resends = resends
        report.decisions = decisions
        report.reasons = reasons
        report.unknownSteps = walks.values.reduce(0) { $0 + $1.wasUnknown.count }
    }
}
