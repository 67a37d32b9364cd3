import Multitasking
import Testing

extension Facade {
    @Suite struct LongChainTests {
        @Test(arguments: PoolKind.allCases)
        func aLongChainOfDependentTasksFailsWithItsFirst(_ kind: PoolKind) throws {
            try kind.run { manager in
                let pool = manager.executor
                let promise = Promise<Int>()
                var last = promise.future
                for _ in 0..<20_000 { last = try pool.submit(double, resultsOf: last) }
                promise.fail(CancellationError())
                let error = #expect(throws: MultitaskingError.self) { try last.value(timeout: .zero) }
                #expect(error?.code == .dependencyFailed && error?.cause is CancellationError)
            }
        }

        @Test(arguments: PoolKind.allCases)
        func aLongChainThatFollowsATaskEndsWithIt(_ kind: PoolKind) throws {
            try kind.run { manager in
                var last = try manager.executor.submit(double, 1)
                for _ in 0..<20_000 { last = last.then { $0 + 1 } }
                #expect(try last.value(timeout: .seconds(60)) == 20_002)
            }
        }
    }
}
