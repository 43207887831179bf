internal import EddaCore

extension SQLiteReadTransaction {
    func lease(_ name: LeaseName) throws -> Lease? {
        try first(.lease, bind: { try $0.bind(1, name.rawValue) }, row: Self.lease)
    }

    func leases() throws -> [Lease] {
        var leases: [Lease] = []
        try query(.leases) { leases.append(Self.lease($0)) }
        return leases
    }

    private static func lease(_ row: Statement) -> Lease {
        Lease(
            name: LeaseName(unchecked: row.text(0)),
            holder: row.optionalText(1),
            epoch: row.integer(2),
            beat: row.integer(3)
        )
    }
}

extension SQLiteWriteTransaction {
    func putLease(_ lease: Lease) throws {
        let stored = try self.lease(lease.name)
        let written = try change(.putLease) { statement in
            try statement.bind(1, lease.name.rawValue)
            try statement.bind(2, lease.holder)
            try statement.bind(3, lease.epoch)
            try statement.bind(4, lease.beat)
        }
        guard written == 1 else {
            throw StoreError(
                .staleWrite,
                "The lease \(lease.name) is in epoch \(stored?.epoch ?? 0), so nothing is written in epoch "
                    + "\(lease.epoch). Read it again."
            )
        }
        if stored?.isSameHolding(as: lease) != true { effects.leases = true }
    }
}
