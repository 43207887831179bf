extension WriteTransaction {
    /// Takes a lease.
    ///
    /// - Parameters:
    ///   - name: The lease.
    ///   - holder: Who takes it; different for every process and every worker in it.
    ///   - seen: The holding that may be taken over, because it was seen not to move for long enough; `nil` to take the
    ///     lease only when nobody holds it.
    /// - Returns: The lease, in an epoch of its own; `nil` when somebody holds it who was not seen, or has moved since.
    /// - Throws: ``StoreError``.
    public func takeLease(_ name: LeaseName, for holder: String, over seen: Lease? = nil) throws -> Lease? {
        let present = try lease(name)
        if let present, present.holder != nil, present != seen { return nil }
        let taken = Lease(name: name, holder: holder, epoch: (present?.epoch ?? 0) + 1)
        try putLease(taken)
        return taken
    }

    /// Shows that the holder of a lease is at work, and makes sure that it still holds it: what else the unit
    /// writes is written under the lease.
    ///
    /// - Returns: The lease with the new beat.
    /// - Throws: ``LeaseLost`` when it is held by somebody else, or by nobody; ``StoreError``.
    @discardableResult
    public func beat(_ lease: Lease) throws -> Lease {
        var next = try requireLease(lease)
        next.beat += 1
        try putLease(next)
        return next
    }

    /// Gives a lease back: it is free at once.
    ///
    /// - Throws: ``LeaseLost`` when it is held by somebody else, or by nobody; ``StoreError``.
    public func giveBack(_ lease: Lease) throws {
        var free = try requireLease(lease)
        free.holder = nil
        try putLease(free)
    }

    private func requireLease(_ held: Lease) throws -> Lease {
        guard let present = try lease(held.name), present.isSameHolding(as: held), held.holder != nil else {
            throw LeaseLost(held: held, present: try lease(held.name))
        }
        return present
    }
}
