#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The processors of the machine.
package enum Processors {
    /// How many there are, from 1.
    package static let count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// How many pages one caller has read and decoded at the same time.
    static let forOneCaller = max(2, min(4, count))
}
