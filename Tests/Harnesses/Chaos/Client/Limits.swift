/// How long things may take before they count as broken: many times what they take, since machines are busy.
enum Limits {
    /// One task, one wait.
    static let hang = Duration.seconds(40)
    static let shutdown = Duration.seconds(15)
    /// What a pool's end gives back.
    static let cleanUp = Duration.seconds(10)
    /// After a client was killed, until none of its processes is left.
    static let orphans = Duration.seconds(10)
    /// A client that says nothing for so long hangs.
    static let silence = Duration.seconds(75)
}
