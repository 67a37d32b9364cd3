import CMultitaskingCaptures

/// The types that the generic parameters of a closure stand for.
struct GenericArguments {
    private var types: [GenericParameter: RawAddress] = [:]

    subscript(parameter: GenericParameter) -> RawAddress? {
        get { types[parameter] }
        set { types[parameter] = newValue }
    }

    /// The type of a name that may mention the parameters; nil if there is none, or not all of them are known.
    func type(named name: MetadataName) -> Any.Type? {
        guard !types.isEmpty else {
            // SAFETY: the name ends where its length says.
            return unsafe _getTypeByMangledNameInContext(
                name.bytes, UInt(name.length), genericContext: nil, genericArguments: nil)
        }
        guard let (environment, arguments) = unsafe environment else { return nil }
        return unsafe environment.withUnsafeBytes { environment in
            unsafe arguments.withUnsafeBufferPointer { arguments in
                // SAFETY: the environment says how many arguments there are, and names end where their length says.
                unsafe mc_type_in_environment(
                    name.bytes, name.length, environment.baseAddress, arguments.baseAddress
                ).flatMap { unsafe RawAddress($0).type }
            }
        }
    }

    /// A record of the parameters as the runtime wants it (swift repository, `GenericEnvironmentDescriptor`): how many
    /// levels there are, how many parameters up to each, a byte for each parameter; and the arguments.
    private var environment: (record: [UInt32], arguments: [UnsafeRawPointer?])? {
        let levels = (types.keys.map(\.depth).max() ?? 0) + 1
        var arguments: [UnsafeRawPointer?] = unsafe []
        var counts: [UInt16] = []
        for depth in 0..<levels {
            let count = types.keys.count { $0.depth == depth }
            for index in 0..<count {
                guard let type = types[GenericParameter(depth: depth, index: index)] else { return nil }
                unsafe arguments.append(type.pointer)
            }
            guard let total = unsafe UInt16(exactly: arguments.count) else { return nil }
            counts.append(total)
        }
        // A parameter that has an argument of its own.
        let hasKeyArgument: UInt8 = 0x80
        var bytes = unsafe withUnsafeBytes(of: UInt32(levels)) { unsafe Array($0) }
        for count in counts { unsafe withUnsafeBytes(of: count) { unsafe bytes.append(contentsOf: $0) } }
        unsafe bytes.append(contentsOf: repeatElement(hasKeyArgument, count: arguments.count))
        while bytes.count % 4 != 0 { bytes.append(0) }
        let record = stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        return unsafe (record, arguments)
    }
}

extension GenericParameter {
    init(depth: Int, index: Int) {
        self.depth = depth
        self.index = index
    }
}
