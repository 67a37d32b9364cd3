// error: 'withProcessPoolExecutor' is unavailable: write maxWorkers: before the number of workers
import Multitasking

try withProcessPoolExecutor(5) { manager in print(manager) }
