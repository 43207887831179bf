#if CLI
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif
internal import Synchronization

/// How much memory the process has in use.
enum Memory {
    /// Gives memory that nobody uses back to the system, where the system can (malloc_trim(3)).
    ///
    /// What an earlier workload needed would else still count as in use.
    static func giveBack() {
        #if os(Linux)
        // Not in the headers that Swift imports: it is GNU's own.
        guard let trim = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> Int32).self)(0)
        #endif
    }

    /// Whether the peak is that since the last reset.
    private static let isReset = Mutex(false)

    /// Forgets the peak so far, where the system can (Linux: proc(5), `/proc/self/clear_refs`).
    static func resetPeak() {
        let isDone: Bool
        if let file = fopen("/proc/self/clear_refs", "w") {
            let isWritten = fputs("5", file) >= 0
            // What was written goes to the system only now.
            isDone = fclose(file) == 0 && isWritten
        } else {
            isDone = false
        }
        isReset.withLock { $0 = isDone }
    }

    /// The most memory in use since the last reset; `nil` where the system cannot reset it.
    static func peakMiB() -> Double? {
        guard isReset.withLock({ $0 }),
            let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        else { return nil }
        return kibibytes / 1_024
    }
}
#endif
