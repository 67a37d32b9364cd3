import MultitaskingCore

/// A function value: where its code is, and its context, which is null if it captures nothing.
struct FunctionWords: BitwiseCopyable {
    var code: UInt
    var context: UInt

    init(code: UInt, context: UInt) {
        self.code = code
        self.context = context
    }

    /// The words of a function; nil if `Function` is not the size of a function value.
    init?<Function: PortableFunction>(of function: Function) {
        guard MemoryLayout<Function>.size == MemoryLayout<FunctionWords>.size else { return nil }
        // SAFETY: the sizes are equal, and a `PortableFunction` holds one function value: two plain words.
        self = unsafe unsafeBitCast(function, to: FunctionWords.self)
    }

    /// The function of these words, which takes the reference to the context over.
    func take<Function: PortableFunction>(as type: Function.Type) -> Function? {
        guard MemoryLayout<Function>.size == MemoryLayout<FunctionWords>.size else { return nil }
        var words = self
        // SAFETY: the sizes are equal, and the words are moved, not copied, so the reference is the function's own from
        // here.
        return unsafe withUnsafeMutablePointer(to: &words) {
            unsafe UnsafeMutableRawPointer($0).assumingMemoryBound(to: type).move()
        }
    }
}
