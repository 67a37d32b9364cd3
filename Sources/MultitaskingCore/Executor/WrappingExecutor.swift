/// An executor that runs its tasks on another one.
package protocol WrappingExecutor<Base>: Executor {
    associatedtype Base: Executor

    /// The executor that runs the tasks.
    var base: Base { get }
}

extension Executor {
    /// The executor that runs the tasks of this one: itself, unless it wraps another one.
    var innermost: any Executor { (self as? any WrappingExecutor)?.innermostBase ?? self }
}

extension WrappingExecutor {
    fileprivate var innermostBase: any Executor { base.innermost }
}
