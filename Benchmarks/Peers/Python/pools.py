"""The process pools of Python behind one interface, so that all do the same work."""

import multiprocessing


class Futures:
    """Pools that have the methods of `concurrent.futures`."""

    def __init__(self, executor):
        self.executor = executor

    def submit(self, function, *arguments):
        return self.executor.submit(function, *arguments)

    def result(self, handle):
        return handle.result()

    def map(self, function, elements):
        return list(self.executor.map(function, elements))

    def stop(self):
        self.executor.shutdown()


def concurrent_futures(workers):
    from concurrent.futures import ProcessPoolExecutor

    return Futures(ProcessPoolExecutor(workers))


def loky(workers):
    from loky.process_executor import ProcessPoolExecutor

    return Futures(ProcessPoolExecutor(workers, timeout=600))


class Pebble(Futures):
    def __init__(self, workers):
        from pebble import ProcessPool

        super().__init__(ProcessPool(workers))

    def submit(self, function, *arguments):
        return self.executor.schedule(function, args=arguments)

    def map(self, function, elements):
        return list(self.executor.map(function, elements).result())

    def stop(self):
        self.executor.close()
        self.executor.join()


class MultiprocessingPool:
    def __init__(self, workers):
        self.pool = multiprocessing.Pool(workers)

    def submit(self, function, *arguments):
        return self.pool.apply_async(function, arguments)

    def result(self, handle):
        return handle.get()

    def map(self, function, elements):
        return self.pool.map(function, elements)

    def stop(self):
        self.pool.close()
        self.pool.join()


class Mpire(MultiprocessingPool):
    def __init__(self, workers):
        from mpire import WorkerPool

        self.pool = WorkerPool(workers, keep_alive=True)

    def stop(self):
        self.pool.stop_and_join()
        self.pool.terminate()


class PyMultitasking:
    """A session holds tasks by name, and gives the results of all at once or of each by its task."""

    def __init__(self, workers):
        from py_multitasking import Scopes, with_process_pool_executor

        self.scopes = Scopes()
        self.manager = with_process_pool_executor(max_workers=workers)
        self.session = self.manager.session()
        self.count = 0

    def submit(self, function, *arguments):
        self.count += 1
        name = f"task-{self.count}"
        self.session.submit(name, function, self.scopes, *arguments)
        return name

    def result(self, name):
        result = self.session.remove_task(name).result()
        if not result.successful:
            raise result.exception
        return result.value

    def map(self, function, elements):
        session = self.manager.map("task-", function, None, elements)
        return [result.value for result in session.results().values()]

    def stop(self):
        self.manager.shutdown()


pools = {
    "concurrent.futures": concurrent_futures,
    "multiprocessing": MultiprocessingPool,
    "loky": loky,
    "mpire": Mpire,
    "pebble": Pebble,
    "py-multitasking": PyMultitasking,
}
