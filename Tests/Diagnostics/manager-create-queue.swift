// error: 'create_queue' is unavailable: write executor.makeChannel(capacity:)
import Multitasking

func exchange(_ manager: TaskManager) { _ = manager.create_queue(10) }
