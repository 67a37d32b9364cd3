#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Prints a line and writes it out at once, so that whoever reads it through a pipe need not wait for the end.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
