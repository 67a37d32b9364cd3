package import Logging

extension Logger.Level {
    /// The place of the level among all, from 0: how it is written down for another process.
    package var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The level that another process has written down; `info` if the number isn't that of a level.
    package init(rank: Int) {
        let levels = Self.allCases
        self = levels.indices.contains(rank) ? levels[rank] : .info
    }
}
