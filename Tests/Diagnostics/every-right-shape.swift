// none
import Multitasking

@discardableResult func thing() -> Int { 3 }
func double(_ number: Int) -> Int { number * 2 }

func submit(_ session: TaskSession) throws {
    try session.submit("a", double, 3)
        .submit("b", double, scopes: .session, options: .default, 3)
        .submit("c", 3) { $0 * 2 }
        .submit("d") {}
        .submit("e", 1) { (number: Int) in _ = number }
        .submit("f", 1) { number in
            print(number)
            print(number)
        }
        .submit("g", 1) { _ in thing() }
        .submit("h", 1) { (_: Int) async throws in await Task.yield() }
        .submit("i", max, 1, 3)
        .submit("j", 1) { (context: TaskContext, number: Int) in context.isCancelled ? 0 : number }
}
