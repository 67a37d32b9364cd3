// error: 'createEvent()' is unavailable: write executor.makeCancelSignal()
import Multitasking

func stop(_ manager: TaskManager) throws {
    let event = try manager.createEvent()
    event.set()
}
