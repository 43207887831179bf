import CFaultVFS
import CSQLite
import Foundation

/// A VFS of its own for one run of the workload: counts calls and lets them go wrong.
///
/// `@unchecked Sendable`: the C side guards its state with a mutex; the pointer lives as long as this object.
final class FaultVFS: @unchecked Sendable {
    let name = "fault-\(UUID().uuidString)"
    private let handle: OpaquePointer

    init() { handle = edda_fault_create(name) }

    deinit { edda_fault_destroy(handle) }

    /// How many calls there have been.
    var calls: Int { Int(edda_fault_calls(handle)) }
    /// How many of them went wrong.
    var hits: Int { Int(edda_fault_hits(handle)) }
    /// How many files are open.
    var openFiles: Int { Int(edda_fault_open_files(handle)) }

    /// What a past call was.
    func call(_ number: Int) -> FaultCall? {
        FaultCall(
            kind: Int(edda_fault_kind_of(handle, Int64(number))),
            file: Int(edda_fault_file_of(handle, Int64(number)))
        )
    }

    /// Lets a call go wrong.
    func arm(_ call: Int, _ mode: FaultMode) {
        let (action, code, isLasting): (edda_fault_action, Int32, Bool) =
            switch mode {
            case .fail(let code, let lasting): (EDDA_FAULT_FAIL, code, lasting)
            case .half(let code): (EDDA_FAULT_HALF, code, false)
            case .die, .powerLoss: (EDDA_FAULT_DIE, 0, false)
            case .kill(let after): (after ? EDDA_FAULT_KILL_AFTER : EDDA_FAULT_KILL_BEFORE, 0, false)
            }
        edda_fault_arm(handle, Int64(call), Int32(action.rawValue), code, isLasting ? 1 : 0)
    }

    /// Nothing goes wrong any more.
    func heal() { edda_fault_heal(handle) }

    /// From now on nothing is done.
    func die() { edda_fault_die(handle) }

    /// Takes back what was not synced: all of it, or a random part for a seed other than 0.
    ///
    /// - Returns: Whether it could; not while a file is open.
    func losePower(seed: UInt64) -> Bool { edda_fault_lose_power(handle, seed) == 0 }
}

/// What SQLite asked of the VFS.
struct FaultCall: Hashable, Sendable, CustomStringConvertible {
    enum Kind: Int, Sendable {
        case open, read, write, truncate, sync, size, lock, unlock, shmMap, shmLock, delete, access
    }

    enum File: Int, Sendable {
        case database, log, journal, other
    }

    let kind: Kind
    let file: File

    init?(kind: Int, file: Int) {
        guard let kind = Kind(rawValue: kind), let file = File(rawValue: file) else { return nil }
        self.kind = kind
        self.file = file
    }

    var description: String { "\(kind) of the \(file)" }
}

/// How a call goes wrong.
enum FaultMode: Hashable, Sendable, CustomStringConvertible {
    /// An error of this code (0: the kind's own), once or from then on.
    case fail(code: Int32, lasting: Bool)
    /// Half of the bytes are written, then an error.
    case half(code: Int32)
    /// The process dies: nothing is done from then on.
    case die
    /// The power goes: nothing is done from then on, and what was not synced is taken back, all of it for seed 0.
    case powerLoss(seed: UInt64)
    /// A child process is killed, before or after the call.
    case kill(after: Bool)

    var description: String {
        switch self {
        case .fail(let code, let lasting): "fails with \(code)\(lasting ? " from then on" : "")"
        case .half(let code): "is half done and fails with \(code)"
        case .die: "is the last before death"
        case .powerLoss(let seed): "is where the power goes, part \(seed)"
        case .kill(let after): "is where the process is killed, \(after ? "after" : "before") it"
        }
    }

    /// Whether the store of the run is of no use afterwards.
    var isFatal: Bool {
        switch self {
        case .fail, .half: false
        case .die, .powerLoss, .kill: true
        }
    }

    var isPowerLoss: Bool { if case .powerLoss = self { true } else { false } }

    /// Whether it lasts until it is healed.
    var isLasting: Bool { if case .fail(_, true) = self { true } else { false } }

    /// Everything that can happen to a kind of call while the process lives on, or dies, or loses power.
    static func all(for kind: FaultCall.Kind, seed: UInt64) -> [FaultMode] {
        let noMemory = SQLITE_IOERR | 12 << 8
        func both(_ code: Int32 = 0) -> [FaultMode] {
            [.fail(code: code, lasting: false), .fail(code: code, lasting: true)]
        }
        let ends: [FaultMode] = [.die, .powerLoss(seed: 0), .powerLoss(seed: seed | 1), .powerLoss(seed: seed | 2)]
        return switch kind {
        case .write: both() + both(SQLITE_FULL) + [.half(code: 0), .half(code: SQLITE_FULL)] + ends
        case .truncate, .sync: both() + ends
        case .lock: both() + both(SQLITE_BUSY)
        // One that is busy for good makes SQLite wait for ten seconds before it says so.
        case .shmLock: both() + [.fail(code: SQLITE_BUSY, lasting: false)]
        case .shmMap, .read: both() + [.fail(code: noMemory, lasting: false)]
        case .open: both() + [.fail(code: SQLITE_IOERR, lasting: false)]
        case .unlock, .size, .delete, .access: [.fail(code: 0, lasting: false)]
        }
    }
}
