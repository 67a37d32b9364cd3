// error: 'done()' is unavailable: write isDone
import Multitasking

func show(_ future: Future<Int>) { if future.done() { print("done") } }
