// The overloads that the protocol asks for, one for each type that is written without a frame of its own.

extension UnkeyedWriter {
    func encode(_ value: Bool) throws { number(value) }
    func encode(_ value: Int) throws { number(value) }
    func encode(_ value: Int8) throws { number(value) }
    func encode(_ value: Int16) throws { number(value) }
    func encode(_ value: Int32) throws { number(value) }
    func encode(_ value: Int64) throws { number(value) }
    func encode(_ value: Int128) throws { number(value) }
    func encode(_ value: UInt) throws { number(value) }
    func encode(_ value: UInt8) throws { number(value) }
    func encode(_ value: UInt16) throws { number(value) }
    func encode(_ value: UInt32) throws { number(value) }
    func encode(_ value: UInt64) throws { number(value) }
    func encode(_ value: UInt128) throws { number(value) }
    func encode(_ value: Float) throws { number(value) }
    func encode(_ value: Double) throws { number(value) }
}

extension SingleValueWriter {
    func encode(_ value: Bool) throws { try number(value) }
    func encode(_ value: Int) throws { try number(value) }
    func encode(_ value: Int8) throws { try number(value) }
    func encode(_ value: Int16) throws { try number(value) }
    func encode(_ value: Int32) throws { try number(value) }
    func encode(_ value: Int64) throws { try number(value) }
    func encode(_ value: Int128) throws { try number(value) }
    func encode(_ value: UInt) throws { try number(value) }
    func encode(_ value: UInt8) throws { try number(value) }
    func encode(_ value: UInt16) throws { try number(value) }
    func encode(_ value: UInt32) throws { try number(value) }
    func encode(_ value: UInt64) throws { try number(value) }
    func encode(_ value: UInt128) throws { try number(value) }
    func encode(_ value: Float) throws { try number(value) }
    func encode(_ value: Double) throws { try number(value) }
}
