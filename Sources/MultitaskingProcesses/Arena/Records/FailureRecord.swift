import MultitaskingCore

/// Why a pool has ended by itself, or what it may yet survive: a kind of error and a text, for the client.
struct FailureRecord: Record {
    enum Field: Int, RecordField {
        case length = 0
        case cause = 8
        case notice = 16
    }

    static let size = 24
    static let textCapacity = 2048

    let arena: Arena
    let offset: Int
    private let textOffset: Int

    init(arena: Arena, offset: Int, text: Int) {
        self.arena = arena
        self.offset = offset
        textOffset = text
    }

    private var length: SharedWord { word(.length) }
    private var cause: Shared<Cause> { shared(.cause) }
    /// 1 when the client is to log the text, 2 when it has.
    private var notice: SharedWord { word(.notice) }

    /// What kind of error a pool has ended with.
    private enum Cause: UInt64, SharedValue {
        /// Workers failed to start by themselves.
        case workers = 0
        case systemError
        case permissionDenied
        case memoryDamaged
        case shutDown
        case cannotSpawn

        init(word: UInt64) { self = Self(rawValue: word) ?? .workers }

        init(_ code: MultitaskingError.Code) {
            self =
                switch code {
                case .permissionDenied: .permissionDenied
                case .memoryDamaged: .memoryDamaged
                case .shutDown: .shutDown
                case .cannotSpawn: .cannotSpawn
                default: .systemError
                }
        }

        var code: MultitaskingError.Code {
            switch self {
            case .workers: .initializerFailed
            case .systemError: .systemError
            case .permissionDenied: .permissionDenied
            case .memoryDamaged: .memoryDamaged
            case .shutDown: .shutDown
            case .cannotSpawn: .cannotSpawn
            }
        }
    }

    /// Keeps the description of what a worker failed to start with where the client finds it.
    func reportStart(failing error: any Error) {
        // What the pool says of a worker needs no more.
        let text = (error as? MultitaskingError)?.message ?? "\(qualifiedName(of: type(of: error))): \(error)"
        keep(text, .workers)
    }

    /// Keeps what the pool itself ends with where the client finds it.
    func reportEnd(with error: MultitaskingError) { keep(error.message, Cause(error.code)) }

    /// As ``reportEnd(with:)``, for what the pool may yet survive; the client logs it, once.
    func note(_ error: MultitaskingError) {
        reportEnd(with: error)
        _ = notice.compareExchange(0, 1)
    }

    private func keep(_ description: String, _ cause: Cause) {
        let text = Array(description.utf8.prefix(Self.textCapacity))
        unsafe arena.withBytes(at: textOffset, count: text.count) { unsafe $0.copyBytes(from: text) }
        length.store(UInt64(text.count))
        self.cause.store(cause)
    }

    private var text: String {
        unsafe arena.withBytes(at: textOffset, count: min(Int(clamping: length.load()), Self.textCapacity)) {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }

    /// What the client is to log, the first time it is asked after there is something.
    var newNotice: String? {
        // Looked at first, since this is asked for now and then by every waiting thread.
        guard notice.load() == 1, notice.compareExchange(1, 2) else { return nil }
        return text
    }

    /// The error of every task of a pool that has ended by itself.
    var error: MultitaskingError {
        let cause = cause.load()
        guard cause == .workers else { return MultitaskingError(cause.code, text) }
        return MultitaskingError(
            .initializerFailed,
            """
            the pool gave up after \(PoolPhase.startAttempts) workers in a row failed to start: \
            \(text.isEmpty ? "they died while starting" : text); fix the \
            initializer, or the limits, and make a new pool
            """)
    }
}
