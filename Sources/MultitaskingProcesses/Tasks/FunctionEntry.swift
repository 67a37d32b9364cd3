/// One function in the function table.
struct FunctionEntry: Record {
    enum Field: Int, RecordField {
        case code = 0
        case path = 8
        case typeName = 24
        case attachment = 40
        case target = 56

        var size: Int { self == .code || self == .target ? 8 : 16 }
    }

    static let size = ArenaLayout.functionStride

    /// Where bytes lie among the table's names.
    typealias Range = (start: SharedWord, count: SharedWord)

    let arena: Arena
    let index: Int

    var offset: Int { ArenaLayout.functionTable + index * Self.size }

    /// Where the code is in its image.
    var code: SharedWord { word(.code) }
    /// The path of the image.
    var path: Range { range(.path) }
    /// The mangled name of the `PortableFunction` type.
    var typeName: Range { range(.typeName) }
    /// Where the function is that this one leads to, in the same image: two offsets of 32 bits, of which the second may
    /// mean nothing. 0 as long as no worker has said so. Only a name is looked up by it.
    var target: SharedWord { word(.target) }
    /// What more there is to say; empty for most.
    var attachment: Range { range(.attachment) }

    private func range(_ field: Field) -> Range { (word(field), word(field, 1)) }
}

extension Arena {
    /// The functions that were ever sent.
    var functions: FunctionTable { FunctionTable(arena: self) }
}
