#if CLI
import EddaTesting
import Edda
import Foundation
import Testing

@testable import EddaTool

@Suite struct BenchFolderTests {
    private let parent: TemporaryFolder

    init() throws { parent = try TemporaryFolder() }

    @Test func aRemovedFolderIsGoneAlsoWhileFilesAreMadeInIt() async throws {
        let folder = try BenchFolder(in: parent.path)
        let inner = try folder.make("append-1")
        let path = inner
        let made = Signal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Until its folder is gone.
                var number = 0
                while FileManager.default.createFile(atPath: "\(path)/\(number)", contents: nil) {
                    number += 1
                    if number == 20 { made.raise() }
                }
                made.raise()
            }
            try await made.wait(past: 0)
            #expect(parent.contents("\(inner)").count >= 20)
            #expect(folder.remove() == nil)
        }
        #expect(parent.contents().isEmpty)
        #expect(folder.remove() == nil)
    }

    @Test func foldersOfDeadRunsAreRemovedAndThoseOfLivingOnesAreNot() throws {
        let alive = try BenchFolder(in: parent.path)
        let dead = "\(parent.path)/edda-bench-0B5C7C35-51C6-4B7E-9D64-2F4D3D4A8E10"
        let halfGone = "\(parent.path)/edda-bench-7E1F4A52-8C0D-4E39-A6B1-90D2C3E4F506-gone"
        try FileManager.default.createDirectory(atPath: "\(dead)/growth", withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(filePath: "\(dead)/growth/ours.db"))
        try FileManager.default.createDirectory(atPath: halfGone, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(filePath: "\(parent.path)/edda-bench-notes.txt"))
        try FileManager.default.createDirectory(atPath: "\(parent.path)/other", withIntermediateDirectories: true)

        #expect(
            BenchFolder.sweep(parent.path) == [
                "Removed \(dead), which a run that was killed had left.",
                "Removed \(halfGone), which a run that was killed had left.",
            ]
        )

        let name = try #require(alive.path.split(separator: "/").last.map(String.init))
        #expect(Set(parent.contents()) == [name, "edda-bench-notes.txt", "other"])
        #expect(BenchFolder.sweep(parent.path).isEmpty)
        #expect(alive.remove() == nil)
    }

    @Test(arguments: [
        "edda-bench-results", "edda-bench-", "edda-bench-gone", "edda-bench-0b5c7c35-51c6-4b7e-9d64-2f4d3d4a8e10",
        "edda-bench-0B5C7C35-51C6-4B7E-9D64-2F4D3D4A8E10-kept", "0B5C7C35-51C6-4B7E-9D64-2F4D3D4A8E10",
    ])
    func aFolderThatNoRunHasMadeStays(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(parent.path)/\(name)", withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(filePath: "\(parent.path)/\(name)/notes.txt"))

        #expect(BenchFolder.sweep(parent.path).isEmpty)

        #expect(parent.text("\(name)/notes.txt") == "x")
    }

    @Test func whatIsNoFolderIsNamed() throws {
        let missing = "\(parent.path)/missing"
        #expect {
            try BenchDisk(path: missing).requireFolder()
        } throws: {
            "\($0)" == "\(missing) is no folder. Make it, or pass another --directory."
        }
        #expect {
            _ = try BenchFolder(in: missing)
        } throws: {
            "\($0)".hasPrefix("No folder can be made in \(missing): No such file or directory.")
        }
        try BenchDisk(path: parent.path).requireFolder()
    }

    @Test func roomIsAskedForBeforehand() throws {
        let disk = BenchDisk(path: parent.path)
        let available = try #require(disk.available)
        #expect(available > 0)
        try disk.requireRoom(for: 1, of: "growth")
        let error = try #require(throws: BenchFailure.self) {
            try disk.requireRoom(for: .max / 2, of: "growth")
        }
        #expect(error.description.hasPrefix("growth needs about 4611686018.4 GB in \(parent.path), where "))
        #expect(error.description.hasSuffix("are free. Pass a --directory with more room, or name other workloads."))
        #expect(BenchDisk.text(850_000_000) == "850 MB")
        #expect(BenchDisk.text(4_260_000_000) == "4.2 GB")
    }

    @Test(arguments: [
        ("/", "ext4"), ("/home/x", "ext4"), ("/tmp", "tmpfs"), ("/tmp/a", "tmpfs"), ("/tmpfiles", "ext4"),
        ("/tmp/disk/a", "xfs"),
    ])
    func theKindOfAFileSystem(_ path: String, _ kind: String) {
        let mounts = """
            /dev/vda / ext4 rw,relatime 0 0
            proc /proc proc rw 0 0
            /dev/vdb /tmp ext4 rw 0 0
            tmpfs /tmp tmpfs rw,nosuid 0 0
            /dev/vdc /tmp/disk xfs rw 0 0
            """
        #expect(BenchDisk.kind(of: path, mounts: mounts) == kind)
    }
}

extension TemporaryFolder {
    func contents(_ path: String? = nil) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path ?? self.path)) ?? []
    }

    func text(_ name: String) -> String { (try? String(contentsOfFile: file(name), encoding: .utf8)) ?? "" }
}
#endif
