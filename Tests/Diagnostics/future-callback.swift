// error: 'add_done_callback' is unavailable: write whenDone { … }; the closure has no parameters
import Multitasking

func show(_ future: Future<Int>) { future.add_done_callback { print($0) } }
