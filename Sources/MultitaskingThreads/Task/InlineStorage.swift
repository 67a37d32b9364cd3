// The one file that keeps values in memory without a type.

/// Room in a task for one value at a time, of types that only some of the code knows.
///
/// A property of a generic type would do, but then the code that drops it asks the runtime for the type, which takes
/// longer than the task; and a closure that holds the value is another object, which one thread makes and another
/// frees, where `malloc` is slowest. What is too large for the room does get memory of its own.
@usableFromInline
struct InlineStorage: ~Copyable {
    // SAFETY: the words hold a value, or the address of one, or nothing. Which of them, and of what type, is known to
    // the task alone: each method says what has to be there.
    @usableFromInline var words: (UInt, UInt, UInt, UInt) = (0, 0, 0, 0)

    @inlinable
    init() {}

    /// Whether values of a type lie in the words themselves.
    @inlinable
    static func holds<Value>(_: Value.Type) -> Bool {
        MemoryLayout<Value>.size <= 4 * MemoryLayout<UInt>.size
            && MemoryLayout<Value>.alignment <= MemoryLayout<UInt>.alignment
    }

    /// Puts a value there; nothing may be there.
    @unsafe @inlinable
    mutating func put<Value>(_ value: Value) {
        guard !Self.holds(Value.self) else {
            return unsafe withUnsafeMutablePointer(to: &words) {
                unsafe UnsafeMutableRawPointer($0).initializeMemory(as: Value.self, to: value)
            }
        }
        let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        unsafe pointer.initialize(to: value)
        words.0 = UInt(bitPattern: pointer)
    }

    /// Takes the value away; one of that type must be there.
    @unsafe @inlinable
    mutating func take<Value>(_: Value.Type) -> Value {
        guard !Self.holds(Value.self) else {
            return unsafe withUnsafeMutablePointer(to: &words) {
                unsafe UnsafeMutableRawPointer($0).assumingMemoryBound(to: Value.self).move()
            }
        }
        let pointer = unsafe UnsafeMutablePointer<Value>(bitPattern: words.0).unsafelyUnwrapped
        defer { unsafe pointer.deallocate() }
        return unsafe pointer.move()
    }

    /// A copy of the value; one of that type must be there.
    @unsafe @inlinable
    borrowing func copy<Value>(_: Value.Type) -> Value {
        guard !Self.holds(Value.self) else {
            return unsafe withUnsafePointer(to: words) {
                unsafe UnsafeRawPointer($0).assumingMemoryBound(to: Value.self).pointee
            }
        }
        return unsafe UnsafePointer<Value>(bitPattern: words.0).unsafelyUnwrapped.pointee
    }
}
