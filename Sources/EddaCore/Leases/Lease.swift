/// Who may do what only one may do at a time.
///
/// The clocks of two processes are never compared. The holder raises ``beat`` while it is at work; whoever else wants
/// the lease looks at the row, and takes it when nothing has moved for the whole duration of the lease on a monotonic clock
/// of its own. Each new holder raises ``epoch``, and every write of a holder is made under its epoch, so one that was only
/// paused finds on its return that it changes nothing any more (guarantee G13).
public struct Lease: Hashable, Sendable {
    /// What the lease is for.
    public var name: LeaseName
    /// Who holds it; `nil` when it was given back.
    public var holder: String?
    /// How many holders there have been, from 1.
    public var epoch: Int64
    /// Raised by the holder while it is at work.
    public var beat: Int64

    /// A lease.
    public init(name: LeaseName, holder: String?, epoch: Int64, beat: Int64 = 0) {
        self.name = name
        self.holder = holder
        self.epoch = epoch
        self.beat = beat
    }

    /// Whether two rows are of the same holding, whatever the beat.
    package func isSameHolding(as other: Lease) -> Bool {
        name == other.name && holder == other.holder && epoch == other.epoch
    }
}

/// A write was made under a lease that somebody else has taken, or that was given back; it changed nothing.
///
/// Whoever gets it stops what it did under the lease, and may ask for the lease again.
public struct LeaseLost: Error, Hashable, CustomStringConvertible {
    /// The lease under which the write was made.
    public let held: Lease
    /// The lease as it is; `nil` when there is none.
    public let present: Lease?

    /// Describes a lost lease.
    public init(held: Lease, present: Lease?) {
        self.held = held
        self.present = present
    }

    /// Names the lease, its former holder and the present one.
    public var description: String {
        let now =
            switch present {
            case nil: "does not exist"
            case .some(let lease) where lease.holder == nil: "was given back in epoch \(lease.epoch)"
            case .some(let lease): "is held by \(lease.holder ?? "") in epoch \(lease.epoch)"
            }
        return "\(held.holder ?? "Nobody") held the lease \(held.name) in epoch \(held.epoch), but it \(now). "
            + "Nothing was written."
    }
}
