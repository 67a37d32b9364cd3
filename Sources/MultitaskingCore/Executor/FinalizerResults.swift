extension Array where Element == Result<any Sendable, any Error> {
    /// What finalizers have returned or thrown, with the type that the caller expects.
    ///
    /// - Throws: `wrongType`, naming both types, if one has returned something else.
    package func typed<Value: Sendable>() throws -> [Result<Value, any Error>] {
        try map { result in
            switch result {
            case .failure(let error): return .failure(error)
            case .success(let value as Value): return .success(value)
            case .success(let value):
                throw MultitaskingError(
                    .wrongType,
                    "the finalizer's result is \(type(of: value)) and not \(Value.self); ask for that type")
            }
        }
    }
}
