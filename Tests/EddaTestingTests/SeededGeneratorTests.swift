import EddaTesting
import Testing

@Suite struct SeededGeneratorTests {
    /// The first numbers that the authors' C program gives for the seed 1234567.
    @Test func givesThePublishedNumbers() {
        var generator = SeededGenerator(seed: 1_234_567)
        let numbers = (0..<5).map { _ in generator.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ]
        )
    }

    @Test func aChanceIsAsLikelyAsItSays() {
        var generator = SeededGenerator(seed: 7)
        for (probability, range) in [(0.0, 0...0), (1.0, 10_000...10_000), (0.2, 1_800...2_200)] {
            let hits = (0..<10_000).count { _ in generator.chance(probability) }
            #expect(range.contains(hits), "\(hits) hits of 10,000 at \(probability), seed 7")
        }
    }
}
