/// A function that can say where the code is that it leads to: what is sent is an autoclosure around it.
///
/// Only its name is looked up by that, for statistics: nobody calls what is found here.
package protocol LocatableFunction {
    /// Where the function's code is. What stands there may be a thunk of the compiler's that calls the function behind
    /// the second address.
    var code: (first: UInt, second: UInt) { get }
}

/// The two words of a function value, and what would be the function in the context of a thunk.
///
/// - Parameter holder: a struct with nothing but a function value.
package func codeAddresses<Holder>(of holder: Holder) -> (first: UInt, second: UInt) {
    guard MemoryLayout<Holder>.size == 2 * MemoryLayout<UInt>.size else { return (0, 0) }
    // SAFETY: a function value is two words: the address of its code and of its context, or zero.
    let words = unsafe withUnsafeBytes(of: holder) { unsafe $0.loadUnaligned(as: (UInt, UInt).self) }
    // SAFETY: a context is an object on the heap: two words of its own, and then at least one of what is captured,
    // since memory comes in pieces of 16 bytes. Of a thunk, that is the address of the function's code. It is only
    // compared with the addresses of symbols.
    let captured = unsafe UnsafePointer<UInt>(bitPattern: words.1).map { unsafe $0[2] }
    return (words.0, withExtendedLifetime(holder) { captured ?? 0 })
}

private struct PackHolder<each Argument, Output> {
    let function: @Sendable (repeat each Argument) throws -> Output
}

private struct PackActionHolder<each Argument> {
    let function: @Sendable (repeat each Argument) throws -> Void
}

private struct Holder<Argument, Output> {
    let function: @Sendable (Argument) throws -> Output
}

extension ValueFunction: LocatableFunction {
    package var code: (first: UInt, second: UInt) { codeAddresses(of: PackHolder(function: function())) }
}

extension VoidFunction: LocatableFunction {
    package var code: (first: UInt, second: UInt) { codeAddresses(of: PackActionHolder(function: function())) }
}

extension Mapping: LocatableFunction {
    package var code: (first: UInt, second: UInt) { codeAddresses(of: Holder(function: function())) }
}

extension ElementFunction: LocatableFunction {
    package var code: (first: UInt, second: UInt) { codeAddresses(of: Holder(function: function())) }
}
