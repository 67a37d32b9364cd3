// error: 'read_input()' is unavailable: write readInput(as:wait:taskDone:)
import Multitasking

func loop(_ context: TaskContext) throws { _ = context.read_input() }
