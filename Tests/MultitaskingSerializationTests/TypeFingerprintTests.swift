import Foundation
import MultitaskingCore
import MultitaskingSerialization
import Testing

@Suite struct TypeFingerprintTests {
    @Test func types_thatDiffer_haveDifferentFingerprints() {
        let all = [
            TypeFingerprint.of(Int.self), TypeFingerprint.of(Int64.self), TypeFingerprint.of(UInt.self),
            TypeFingerprint.of([Int].self), TypeFingerprint.of(Int?.self), TypeFingerprint.of([String: Int].self),
            TypeFingerprint.of([Int: String].self), TypeFingerprint.of(Order.self), TypeFingerprint.of([Order].self),
            TypeFingerprint.of(Data.self), TypeFingerprint.of((Int, Int).self), TypeFingerprint.of(Private.self),
        ]
        #expect(Set(all).count == all.count)
        #expect(TypeFingerprint.of([Int].self) == TypeFingerprint.of(Array<Int>.self))
    }

    @Test func fingerprint_isTheSameInEveryProcess() {
        // Written down from another run: it depends on the type's mangled name ("Si") and size alone.
        #expect(
            TypeFingerprint.of(Int.self) == fnv1a(Array("Si".utf8) + [8, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]))
    }

    private func fnv1a(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    @Test func mismatch_namesBothTypes() throws {
        try TypeFingerprint.check(TypeFingerprint.of(Order.self), is: Order.self)
        let error = #expect(throws: MultitaskingError.self) {
            try TypeFingerprint.check(TypeFingerprint.of(Order.self), is: Point.self)
        }
        #expect(error?.code == .wrongType)
        #expect(error?.message.contains("Order") == true)
        #expect(error?.message.contains("Point") == true)
        let unknown = #expect(throws: MultitaskingError.self) { try TypeFingerprint.check(7, is: Point.self) }
        #expect(unknown?.message.contains("fingerprint 7") == true)
    }

    @Test func mismatch_namesUsualTypes_thoughNobodyHasMetThem() {
        // That of UInt16: to ask by the type would be to meet it.
        let number = fnv1a(Array("s6UInt16V".utf8) + [2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
        #expect(TypeFingerprint.typeName(of: number) == "Swift.UInt16")
    }

    @Test func lookupsFromManyThreads_agree() async {
        await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<1000).flatMap { _ in
                        [
                            TypeFingerprint.of(Shape.self), TypeFingerprint.of([Shape].Type.self),
                            TypeFingerprint.of(Set<Point>.self), TypeFingerprint.of([[[UInt16]]].self),
                        ]
                    }
                }
            }
            var all: Set<[UInt64]> = []
            for await fingerprints in group { all.insert(fingerprints) }
            #expect(all.count == 1)
        }
    }
}

private struct Private {}
