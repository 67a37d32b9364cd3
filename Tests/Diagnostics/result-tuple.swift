// warning: 'submit(_:scopes:options:_:body:)' is deprecated: the closure's result is not Codable & Sendable, so it
//     cannot come back, or its type is not known here: write it ({ … -> Int in … }); this call throws notCodable
import Multitasking
try withProcessPoolExecutor(maxWorkers: 1) { manager in
    try manager.session().submit("a", 3) { ($0, $0 + 1) }
}
