import MultitaskingCore

/// Where the functions that the client has submitted are in the function table: a dictionary behind a small cache,
/// because hashing takes longer than everything else about a look-up.
struct FunctionIndices {
    private struct Key: Hashable {
        var address: FunctionAddress
        var type: ObjectIdentifier
    }

    private struct Entry {
        var address: FunctionAddress
        var type: ObjectIdentifier
        var index: Int
    }

    private var all: [Key: Int] = [:]
    private var recent = [Entry?](repeating: nil, count: 64)

    /// The index of a function of a type; negative if it cannot be sent, nil if it is not known.
    subscript(address: FunctionAddress, type: ObjectIdentifier) -> Int? {
        mutating get {
            // Code lies at multiples of 16 at least now and then, and metadata at multiples of 8.
            let place = Int(truncatingIfNeeded: (address.code >> 4 ^ UInt(bitPattern: type) >> 3) % 64)
            if let entry = recent[place], entry.address == address, entry.type == type { return entry.index }
            guard let index = all[Key(address: address, type: type)] else { return nil }
            recent[place] = Entry(address: address, type: type, index: index)
            return index
        }
        set { all[Key(address: address, type: type)] = newValue }
    }
}
