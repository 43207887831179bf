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

    /// Forgets the peak so far, where the system can (Linux: proc(5), `/proc/self/clear_refs`).
    static func resetPeak() {
        guard let file = fopen("/proc/self/clear_refs", "w") else { return }
        fputs("5", file)
        fclose(file)
    }

    /// The most memory in use since the last reset; since the start of the process where the system cannot reset.
    static func peakMiB() -> Double {
        if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) {
            for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
                let kibibytes = line.split(separator: " ").dropFirst().first.flatMap { Double($0) }
                if let kibibytes { return kibibytes / 1_024 }
            }
        }
        #if canImport(Darwin)
        var usage = rusage()
        getrusage(RUSAGE_SELF, &usage)
        return Double(usage.ru_maxrss) / 1_048_576
        #else
        return 0
        #endif
    }
}
#endif
