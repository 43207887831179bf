internal import EddaCore

extension SQLiteReadTransaction {
    func snapshot(of stream: StreamID) throws -> Snapshot? {
        try first(.snapshot, bind: { try $0.bind(1, stream.rawValue) }) { row in
            Snapshot(stream: stream, version: Int(row.integer(0)), shape: row.text(1), state: row.bytes(2))
        }
    }
}

extension SQLiteWriteTransaction {
    func putSnapshot(_ snapshot: Snapshot) throws {
        try snapshot.validate(for: state(of: snapshot.stream))
        try change(.putSnapshot) { statement in
            try statement.bind(1, snapshot.stream.rawValue)
            try statement.bind(2, snapshot.version)
            try statement.bind(3, snapshot.shape)
            try statement.bind(4, snapshot.state)
            try statement.bind(5, now.wall.microseconds)
        }
    }

    func removeSnapshots(in category: StreamCategory?, limit: Int) throws -> Int {
        let limit = try limited(limit)
        var number: Int64?
        if let category {
            guard let known = try self.number(of: category.rawValue, .category) else { return 0 }
            number = known
        }
        return try change(.removeSnapshots) { statement in
            try statement.bind(1, number)
            try statement.bind(2, limit)
        }
    }
}
