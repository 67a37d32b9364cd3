// error: 'withThreadPoolExecutor' is unavailable: write maxWorkers: before the number of workers
import Multitasking

func index() async {}

try await withThreadPoolExecutor(5) { manager in await index() }
