// The system's C library, under one name on all systems.

#if canImport(Glibc)
    @_exported public import Glibc
#elseif canImport(Musl)
    @_exported public import Musl
#elseif canImport(Android)
    @_exported public import Android
#elseif canImport(Darwin)
    @_exported public import Darwin
#endif

/// The system call of this name, for types that have a `write` of their own.
package func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    // SAFETY: as safe as the caller's pointer and count.
    unsafe write(descriptor, bytes, count)
}
