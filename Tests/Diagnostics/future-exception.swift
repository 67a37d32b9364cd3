// error: 'exception(timeout:)' is unavailable: write failure, which is nil until the task has ended
import Multitasking

func show(_ future: Future<Int>) { print(future.exception() as Any) }
