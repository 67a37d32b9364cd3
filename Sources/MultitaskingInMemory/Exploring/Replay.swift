internal import MultitaskingCore

/// A run as a list of what deviated from the default: decisions and faults. It can be written as a short string.
///
/// The string is Crockford's base 32, without letters that are easily mistaken, of: a version, the deviations, the
/// faults, all as variable-length numbers, and one byte of checksum. Numbers in the run are written as the distance
/// from the last.
struct Replay: Sendable, Hashable {
    var deviations: [Decisions.Deviation] = []
    var strikes: [FaultSource.Strike] = []

    private static let version: UInt64 = 1
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")

    // MARK: Writing

    var string: String {
        var bytes: [UInt8] = []
        func put(_ number: UInt64) {
            var number = number
            while number >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: number) | 0x80)
                number >>= 7
            }
            bytes.append(UInt8(truncatingIfNeeded: number))
        }
        put(Self.version)
        put(UInt64(deviations.count))
        var last = -1
        for deviation in deviations {
            // Most choices are the first of few: one number holds both.
            let distance = UInt64(deviation.number - last - 1)
            put(distance << 2 | UInt64(min(deviation.choice, 4) - 1))
            if deviation.choice >= 4 { put(UInt64(deviation.choice - 4)) }
            last = deviation.number
        }
        last = -1
        for strike in strikes {
            let (kind, parameter) = Self.code(of: strike.action)
            put(UInt64(strike.place - last - 1) << 3 | kind)
            if let parameter { put(parameter) }
            last = strike.place
        }
        bytes.append(Self.checksum(bytes))
        return Self.text(of: bytes)
    }

    private static func code(of action: FaultAction) -> (kind: UInt64, parameter: UInt64?) {
        switch action {
        case .crash(.signal(let number)): (0, UInt64(UInt32(bitPattern: number)))
        case .crash(.exit(let code)): (1, UInt64(UInt32(bitPattern: code)))
        case .stuck: (2, nil)
        case .delay(let time): (3, UInt64(time))
        case .fullQueue(let time): (4, UInt64(time))
        case .failedSpawn: (5, nil)
        }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt8 {
        bytes.reduce(0x5A) { ($0 &* 31) ^ $1 }
    }

    private static func text(of bytes: [UInt8]) -> String {
        var text = ""
        var (bits, count) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | Int(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(alphabet[bits >> count & 31])
            }
            bits &= (1 << count) - 1
        }
        if count > 0 { text.append(alphabet[bits << (5 - count) & 31]) }
        return text
    }
}

// MARK: Reading

extension Replay {
    init(_ string: String) throws {
        let invalid = MultitaskingError(
            .invalidArgument, "\"\(string)\" is not a replay string of this version; copy it whole, as it was printed")
        var bytes = try Self.bytes(of: string, invalid)
        guard let sum = bytes.popLast(), sum == Self.checksum(bytes) else { throw invalid }
        var rest = bytes[...]
        func take() throws -> UInt64 {
            var (number, shift) = (UInt64(0), UInt64(0))
            while let byte = rest.popFirst() {
                guard shift < 63 else { throw invalid }
                number |= UInt64(byte & 0x7F) << shift
                if byte & 0x80 == 0 { return number }
                shift += 7
            }
            throw invalid
        }
        func advance(_ last: inout Int, by distance: UInt64) throws {
            guard distance < UInt64(Int32.max), last < Int(Int32.max) else { throw invalid }
            last += Int(distance) + 1
        }
        guard try take() == Self.version else { throw invalid }
        var last = -1
        let count = try take()
        guard count <= bytes.count else { throw invalid }
        for _ in 0..<count {
            let word = try take()
            try advance(&last, by: word >> 2)
            var choice = Int(word & 3) + 1
            if choice == 4 { choice += Int(min(try take(), 1_000_000)) }
            deviations.append(.init(number: last, choice: choice))
        }
        last = -1
        while !rest.isEmpty {
            let word = try take()
            try advance(&last, by: word >> 3)
            let action: FaultAction
            switch word & 7 {
            case 0: action = .crash(.signal(Int32(bitPattern: UInt32(truncatingIfNeeded: try take()))))
            case 1: action = .crash(.exit(Int32(bitPattern: UInt32(truncatingIfNeeded: try take()))))
            case 2: action = .stuck
            case 3: action = .delay(Nanoseconds(clamping: try take()))
            case 4: action = .fullQueue(Nanoseconds(clamping: try take()))
            case 5: action = .failedSpawn
            default: throw invalid
            }
            strikes.append(.init(place: last, action: action))
        }
    }

    private static func bytes(of string: String, _ invalid: MultitaskingError) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, count) = (0, 0)
        for character in string.lowercased() where character != "-" && !character.isWhitespace {
            guard let value = alphabet.firstIndex(of: character) else { throw invalid }
            bits = bits << 5 | value
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
            bits &= (1 << count) - 1
        }
        // What fills up the last character is zero.
        guard bits == 0, count < 5 else { throw invalid }
        return bytes
    }
}
