/// Puts `replacement` in the place of a value, which is returned.
func swapOut<Value>(_ place: inout Value, _ replacement: Value) -> Value {
    let value = place
    place = replacement
    return value
}
