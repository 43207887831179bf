/// Finds the last of numbered things that satisfies a condition which, once it fails, fails for all that follow.
///
/// Numbers may be missing: `probe` is asked for the last thing that is there at or below a number.
///
/// - Parameters:
///   - last: No number is greater.
///   - probe: The number of the last thing at or below a number, and whether the condition holds for it; `nil` when
///     there is none.
/// - Returns: The number; 0 when there is none.
/// - Throws: What `probe` throws.
/// - Complexity: O(log `last`) calls of `probe`.
package func bisect(
    upTo last: Int64,
    probe: (Int64) throws -> (number: Int64, holds: Bool)?
) rethrows -> Int64 {
    var low: Int64 = 1
    var high = last
    var found: Int64 = 0
    while low <= high {
        let middle = low + (high - low) / 2
        if let thing = try probe(middle), thing.number >= low {
            if thing.holds {
                found = thing.number
                low = middle + 1
            } else {
                high = thing.number - 1
            }
        } else {
            low = middle + 1
        }
    }
    return found
}
