internal import CSQLite

/// Holds the SQL of callers to their own tables (sqlite.org/c3ref/set_authorizer.html).
///
/// It is installed once, since installing an authorizer invalidates every prepared statement, and asked only while
/// a statement is prepared.
final class StatementGuard {
    /// Whether the statement being prepared is a caller's.
    var isActive = false
    /// Why a statement was refused.
    private(set) var refusal: String?

    func install(on database: OpaquePointer) {
        let callback:
            @convention(c) (
                UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
                UnsafePointer<CChar>?
            ) -> Int32 = { context, action, first, second, _, _ in
                guard let context else { return SQLITE_OK }
                let guardian = Unmanaged<StatementGuard>.fromOpaque(context).takeUnretainedValue()
                guard guardian.isActive else { return SQLITE_OK }
                return guardian.judge(
                    action,
                    first.map { String(cString: $0) } ?? "",
                    second.map { String(cString: $0) } ?? ""
                )
            }
        // The connection owns the guard and closes the database before letting go of it.
        sqlite3_set_authorizer(database, callback, Unmanaged.passUnretained(self).toOpaque())
    }

    /// The last refusal, forgotten afterwards.
    func takeRefusal() -> String? {
        defer { refusal = nil }
        return refusal
    }

    private func judge(_ action: Int32, _ first: String, _ second: String) -> Int32 {
        switch action {
        case SQLITE_TRANSACTION, SQLITE_SAVEPOINT:
            return refuse("a unit is one transaction; its statements begin or end none")
        case SQLITE_PRAGMA, SQLITE_ATTACH, SQLITE_DETACH:
            return refuse("PRAGMA, ATTACH and DETACH are the store's own")
        case SQLITE_CREATE_TEMP_TABLE, SQLITE_CREATE_TEMP_VIEW, SQLITE_CREATE_TEMP_INDEX, SQLITE_CREATE_TEMP_TRIGGER,
            SQLITE_DROP_TEMP_TABLE, SQLITE_DROP_TEMP_VIEW, SQLITE_DROP_TEMP_INDEX, SQLITE_DROP_TEMP_TRIGGER,
            SQLITE_CREATE_VTABLE, SQLITE_DROP_VTABLE:
            // A temporary table would hide one of the same name from every later statement of the connection.
            return refuse("temporary and virtual tables would outlive the unit on the store's own connection")
        case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE, SQLITE_DROP_TABLE, SQLITE_CREATE_TABLE, SQLITE_DROP_VIEW,
            SQLITE_CREATE_VIEW:
            return isReserved(first) ? refuse("tables whose names begin with edda_ are the store's own") : SQLITE_OK
        case SQLITE_DROP_INDEX, SQLITE_CREATE_INDEX, SQLITE_DROP_TRIGGER, SQLITE_CREATE_TRIGGER, SQLITE_ALTER_TABLE:
            return isReserved(first) || isReserved(second)
                ? refuse("tables whose names begin with edda_ are the store's own") : SQLITE_OK
        default:
            return SQLITE_OK
        }
    }

    private func isReserved(_ name: String) -> Bool { name.lowercased().hasPrefix("edda_") }

    private func refuse(_ reason: String) -> Int32 {
        refusal = reason
        return SQLITE_DENY
    }
}
