#if Tracing
    import MultitaskingCore
    import Tracing

    /// A `ServiceContext` on its way to another process: the values that are `Codable`, by their keys' names, and the
    /// fields that an instrument injects.
    ///
    /// What is read is input: somebody may have written over it. So a key is looked up by ``MangledName`` alone, and
    /// only what is a key whose value is `Decodable` is decoded.
    struct CarriedContext: Codable, Sendable {
        let context: ServiceContext
        private let instrument: any Instrument

        init(_ context: ServiceContext, _ instrument: any Instrument) {
            self.context = context
            self.instrument = instrument
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            var fields = Fields()
            instrument.inject(context, into: &fields, using: fields)
            try container.encode(fields)
            var values: [(name: String, value: any Encodable)] = []
            context.forEach { key, value in
                guard let key = key.keyType as? any ServiceContextKey.Type, hasDecodableValue(key),
                    let value = value as? any Encodable, let name = MangledName(of: key)
                else { return }
                values.append((name.text, value))
            }
            try container.encode(values.count)
            for (name, value) in values {
                try container.encode(name)
                try container.encode(value)
            }
        }

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            let fields = try container.decode(Fields.self)
            var context = ServiceContext.topLevel
            for _ in 0..<max(0, try container.decode(Int.self)) {
                let name = try container.decode(String.self)
                guard let key = MangledName(name).type as? any ServiceContextKey.Type else {
                    throw DecodingError.dataCorruptedError(
                        in: container, debugDescription: "\(name) isn't the key of a context")
                }
                try decodeValue(of: key, from: &container, into: &context)
            }
            instrument = InstrumentationSystem.instrument
            instrument.extract(fields, into: &context, using: fields)
            self.context = context
        }
    }

    private func hasDecodableValue<Key: ServiceContextKey>(_ key: Key.Type) -> Bool {
        Key.Value.self is any Decodable.Type
    }

    private func decodeValue<Key: ServiceContextKey>(
        of key: Key.Type, from container: inout any UnkeyedDecodingContainer, into context: inout ServiceContext
    ) throws {
        guard let type = Key.Value.self as? any Decodable.Type else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(Key.Value.self) is not Decodable")
        }
        context[key] = try container.decode(type) as? Key.Value
    }

    /// What an instrument writes for another process.
    private struct Fields: Codable, Sendable, Injector, Extractor {
        private var values: [String: String] = [:]

        init() {}

        func inject(_ value: String, forKey key: String, into carrier: inout Fields) { carrier.values[key] = value }

        func extract(key: String, from carrier: Fields) -> String? { carrier.values[key] }
    }
#endif
