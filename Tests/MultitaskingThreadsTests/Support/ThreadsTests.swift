import Testing

/// The suite of this module. Serialized, because its tests block threads and count them.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ThreadsTests {}
