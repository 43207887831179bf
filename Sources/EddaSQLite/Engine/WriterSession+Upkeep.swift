internal import EddaCore

// What a session does when no group is under way.
extension WriterSession {
    /// Moves the log into the database when it has grown, without waiting for readers: what they still need stays.
    func checkpointIfDue() {
        let pages = settings.gauge.status.pages
        guard pages >= nextCheckpoint else { return }
        let isWhole = settings.gauge.checkpoint(connection, cuttingAbove: settings.keptLogPages)
        // With a reader in the way the log goes on growing; try again after as much growth.
        nextCheckpoint = settings.checkpointPages + (isWhole ? 0 : pages)
    }

    /// Tries again to move a log that a reader or an error kept from being moved, unless a writer is at work.
    private func checkpointIfHeldBack() {
        let status = settings.gauge.status
        guard status.heldBack > 0 || status.failure != nil, lock.tryLock() else { return }
        defer { lock.unlock() }
        if settings.gauge.checkpoint(connection, cuttingAbove: settings.keptLogPages) {
            nextCheckpoint = settings.checkpointPages
        }
    }

    /// Wakes followers when another process has committed, and does what had to be put off.
    func noticeOthers() {
        checkpointIfHeldBack()
        guard let version = try? dataVersionNow() else { return }
        guard version != announcedVersion || settings.gate?.isBehind == true else { return }
        announcedVersion = version
        openGate()
        settings.signals.raiseAll()
    }

    /// Moves the whole log into the database, if no reader is in the way, and lets go of the file.
    func close() {
        guard (try? lock.lock(within: settings.lockTimeout)) != nil else { return }
        settings.gauge.cut(connection)
        lock.unlock()
    }
}
