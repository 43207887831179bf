/// The 64-bit FNV-1a hash: the same in every process, on every machine and in every version, unlike Swift's `Hasher`.
///
/// See RFC 9923 for the algorithm and its constants.
package enum FNV1a {
    /// The hash of bytes.
    package static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
