/// Where bytes are in the function table that belong to no function alone.
struct StoredBytes: Record {
    enum Field: Int, RecordField {
        case start = 0
        case count = 8
    }

    static let size = 16

    let arena: Arena
    let offset: Int

    /// Which of the table's bytes are meant; nobody has looked yet whether there can be so many.
    var range: (start: Int, count: Int) {
        get { (Int(clamping: word(.start).load()), Int(clamping: word(.count).load())) }
        nonmutating set {
            word(.start).store(UInt64(newValue.start))
            word(.count).store(UInt64(newValue.count))
        }
    }
}
