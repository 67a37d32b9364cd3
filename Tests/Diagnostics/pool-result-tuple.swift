// warning: 'submit(options:_:body:)' is deprecated: the closure's result is not Codable & Sendable, so it cannot
//     come back, or its type is not known here: write it ({ … -> Int in … }); this call throws notCodable
import Multitasking

let pool = try ProcessPool(maxWorkers: 1)
_ = try pool.submit(3) { ($0, $0 + 1) }
