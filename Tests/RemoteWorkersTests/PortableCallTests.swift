import MultitaskingCore
import MultitaskingSerialization
import Testing

@Suite struct PortableCallTests {
    private func call() throws -> PortableCall {
        let function = ValueFunction<Int, Int> { { $0 + 1 } }
        return try PortableCall(
            try #require(FunctionAddress(of: function)), try #require(FunctionTypeName(of: type(of: function))))
    }

    private func read(_ bytes: [UInt8]) throws -> (call: PortableCall, byteCount: Int) {
        try unsafe bytes.withUnsafeBytes { try unsafe PortableCall.read($0) }
    }

    @Test func functionOfThisBuild_isFound() throws {
        let call = try call()
        let (read, count) = try read(call.bytes + [1, 2, 3])
        #expect(read == call && count == call.bytes.count)
        let (address, type) = try read.resolve()
        #expect(ObjectIdentifier(type) == ObjectIdentifier(ValueFunction<Int, Int>.self))
        let function = try #require(address.function(as: ValueFunction<Int, Int>.self))
        #expect(FunctionAddress(of: function) == address)
    }

    @Test func functionOfAnotherBuild_isNotFound_andBothAreNamed() throws {
        let call = try call()
        var bytes = call.bytes
        // Behind the version, the offset and the size.
        bytes[13] ^= 0xFF
        let other = try read(bytes).call
        #expect(other.build != call.build)
        let error = #expect(throws: MultitaskingError.self) { try other.resolve() }
        #expect(error?.code == .functionNotFound)
        #expect(error?.message.contains("\(call.build)") == true && error?.message.contains("\(other.build)") == true)
    }

    @Test func bytesThatAreCutShort_areAnError() throws {
        let bytes = try call().bytes
        for count in bytes.indices {
            let error = #expect(throws: MultitaskingError.self) { try read(Array(bytes.prefix(count))) }
            #expect(error?.code == .decodeFailed)
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>) func damagedBytes_areAnErrorOrNameNoFunctionOfAnotherBuild(
        _ seed: UInt64
    ) throws {
        var random = TaskRandom(seed: seed)
        var bytes = try call().bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            // Not the offset: any place of the image may be named.
            let index = Int.random(in: 9..<bytes.count, using: &random)
            bytes[index] = .random(in: 0...255, using: &random)
        }
        do { _ = try read(bytes).call.resolve() } catch let error as MultitaskingError {
            #expect([.decodeFailed, .functionNotFound].contains(error.code))
        }
    }

    @Test func buildOfThisProgram_isTheSameEachTime() throws {
        let build = try #require(BuildID(ofImage: ""))
        #expect(build == BuildID(ofImage: "") && build.bytes.count >= 8)
        #expect(BuildID(ofImage: "/no/such/library.so") == nil)
    }
}
