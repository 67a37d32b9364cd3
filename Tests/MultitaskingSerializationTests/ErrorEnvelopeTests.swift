import MultitaskingCore
import MultitaskingSerialization
import MultitaskingTestSupport
import Testing

/// Errors as they cross between processes, and what is made of damaged or forged ones.
@Suite struct ErrorEnvelopeTests {
    /// What an envelope looks like, with any name of a type.
    private struct Forged: Encodable {
        var stand = RemoteError(typeName: "Forged", message: "stand")
        var type: String
        var value: [Int]? = nil
    }

    private func cross(_ error: any Error) throws -> any Error {
        var writer = PayloadWriter()
        try writer.encode(error: error)
        return try read(bytes(of: writer))
    }

    private func read(_ bytes: [UInt8]) throws -> any Error {
        try withReader(of: bytes) { reader in
            var reader = reader
            return try reader.decodeError()
        }
    }

    @Test func errors_crossAsValuesWhereTheyCan_andAsDescriptionsElsewhere() throws {
        #expect(try cross(Coded(number: 4)) as? Coded == Coded(number: 4))
        #expect(try cross(Generic(value: [1: "a"])) as? Generic<[Int: String]> == Generic(value: [1: "a"]))
        #expect((try cross(Plain()) as? RemoteError)?.typeName.hasSuffix("Plain") == true)
        #expect((try cross(Unwilling()) as? RemoteError)?.typeName.hasSuffix("Unwilling") == true)
        #expect(
            try cross(RemoteError(typeName: "a", message: "b")) as? RemoteError == .init(typeName: "a", message: "b"))
        let pool = try cross(MultitaskingError(.closed, "m", cause: Coded(number: 1))) as? MultitaskingError
        #expect(pool?.code == .closed && pool?.message == "m" && pool?.cause is RemoteError)
    }

    @Test(arguments: [
        // 84 bytes, for which Swift needs longer than there is time.
        "SS" + String(repeating: "Sg", count: 41), "SS" + String(repeating: "Sg", count: 24), "", "Si", "Sg", "no name",
        "SSG",
        String(repeating: "Say", count: 500) + "Si" + String(repeating: "G", count: 500),
    ])
    func forgedTypeName_isTheErrorThatStandsForIt_atOnce(_ name: String) throws {
        let start = processorTime()
        for value in [nil, [1, 2]] {
            let error = try read(encodePayload(Forged(type: name, value: value)))
            #expect(error as? RemoteError == RemoteError(typeName: "Forged", message: "stand"))
        }
        #expect(processorTime() - start < .seconds(2))
    }
}

struct Coded: Error, Codable, Equatable { var number: Int }
struct Generic<Value: Codable & Sendable & Equatable>: Error, Codable, Equatable { var value: Value }
private struct Plain: Error {}

/// An error whose encoding throws.
struct Unwilling: Error, Codable {
    init() {}
    init(from decoder: any Decoder) throws { throw Plain() }
    func encode(to encoder: any Encoder) throws { throw Plain() }
}
