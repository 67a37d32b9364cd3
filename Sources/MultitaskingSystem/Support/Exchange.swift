/// Replaces a value and returns the one that was there before.
package func exchange<Value>(_ place: inout Value, with replacement: Value) -> Value {
    let value = place
    place = replacement
    return value
}
