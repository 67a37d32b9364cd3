import MultitaskingCore
import Testing

@Suite struct ScopeTests {
    @Test func scopesThatAreNotNamedAreNull() {
        let scopes = Scopes(inputQueue: .session)
        #expect(scopes.inputQueue == .session)
        #expect(scopes.outputQueue == .null && scopes.cancelEvent == .null && scopes.outputQueueLock == .null)
        #expect(Scopes() == .null)
    }

    @Test(arguments: [(Scopes.null, Scope.null), (.global, .global), (.session, .session), (.perTask, .perTask)])
    func commonScopesSetEverything(_ scopes: Scopes, _ scope: Scope) {
        #expect(
            scopes
                == Scopes(inputQueue: scope, outputQueue: scope, cancelEvent: scope, outputQueueLock: scope))
    }

    @Test func waitLimitOfAnOptionalTimeout() {
        #expect(WaitLimit(timeout: nil) == .forever)
        #expect(WaitLimit(timeout: .seconds(1)) == .upTo(.seconds(1)))
    }

    @Test func deadlineIsNowForNeverAndNilForForever() throws {
        let before = ContinuousClock.now
        let never = try #require(WaitLimit.never.deadline)
        let limited = try #require(WaitLimit.upTo(.seconds(5)).deadline)
        let after = ContinuousClock.now
        #expect(never >= before && never <= after)
        #expect(limited >= before + .seconds(5) && limited <= after + .seconds(5))
        #expect(WaitLimit.forever.deadline == nil)
    }

    @Test func optionsWaitForRoomByDefault() {
        #expect(TaskOptions.default.waitForRoom == .forever)
        #expect(TaskOptions(waitForRoom: .never) != .default)
    }
}
