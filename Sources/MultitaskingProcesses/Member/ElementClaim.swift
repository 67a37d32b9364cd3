/// A cell of a channel whose element is this process's to take.
struct ElementClaim {
    /// Where the cell is; a `Cell` is four times as large.
    let offset: Int
    /// Its segment's number.
    let number: UInt64
}
