/// An address of something that the compiler or the runtime has laid out: metadata, a descriptor, an object.
///
/// All reads of such memory go through here.
struct RawAddress: Hashable, Sendable {
    /// The address.
    let bits: UInt

    /// The address, or nil if it is null.
    init?(_ bits: UInt) {
        guard bits != 0 else { return nil }
        self.bits = bits
    }

    /// Where the metadata of a type is.
    init(_ type: Any.Type) {
        bits = UInt(bitPattern: ObjectIdentifier(type))
    }

    init(_ pointer: UnsafeRawPointer) { bits = UInt(bitPattern: pointer) }

    static func + (address: RawAddress, offset: Int) -> RawAddress {
        // Never null in what is laid out properly; what is not is found where addresses are checked before they are
        // read.
        RawAddress(address.bits &+ UInt(bitPattern: offset)) ?? address
    }

    /// The address as a pointer.
    var pointer: UnsafeRawPointer {
        // SAFETY: an address is not null. A caller that reads by the pointer says why there is something to read.
        unsafe UnsafeRawPointer(bitPattern: bits).unsafelyUnwrapped
    }

    /// Reads what lies here.
    ///
    /// SAFETY: all that this is asked for lies where the runtime's own code reads it: in objects that are held, in the
    /// metadata that they name, and in the descriptors that this names. Descriptors of captures, which the runtime
    /// itself never reads, are checked to lie in an image first (`CaptureDescriptor`).
    func load<Value: BitwiseCopyable>(_ offset: Int = 0, as type: Value.Type = Value.self) -> Value {
        unsafe pointer.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// The address that is stored here; nil if it is null.
    func address(_ offset: Int = 0) -> RawAddress? { RawAddress(load(offset, as: UInt.self)) }

    /// What a relative pointer here leads to; nil if it is null.
    func relative(_ offset: Int = 0) -> RawAddress? {
        let distance = load(offset, as: Int32.self)
        return distance == 0 ? nil : self + offset + Int(distance)
    }

    /// What a relative pointer here leads to whose lowest bit says that there is only its address.
    func relativeIndirectable(_ offset: Int = 0) -> RawAddress? {
        let distance = load(offset, as: Int32.self)
        guard distance != 0 else { return nil }
        let target = self + offset + Int(distance & ~1)
        return distance & 1 == 0 ? target : target.address()
    }

    /// The string of the C language that is here.
    var string: String { unsafe String(cString: pointer.assumingMemoryBound(to: CChar.self)) }

    /// The type whose metadata is here.
    var type: Any.Type {
        // SAFETY: asked for only where metadata is.
        unsafe unsafeBitCast(bits, to: Any.Type.self)
    }

    /// The object that is here.
    var object: AnyObject {
        // SAFETY: asked for only where an object is, by its holders.
        unsafe Unmanaged<AnyObject>.fromOpaque(pointer).takeUnretainedValue()
    }
}
