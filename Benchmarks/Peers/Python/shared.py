"""W13 and W14 on joblib's memory-mapped arrays, or on Ray's object store: `shared.py joblib w13`. Prints lines of JSON.

Ray is measured where `make bench RAY=1` has installed it.
"""

import os
import sys
import tempfile

from peers import median, report, timed

COUNT = (int(os.environ.get("SHARED_MIB", "1024")) << 20) // 8
TASKS = int(os.environ.get("SHARED_TASKS", "200"))
RESULT = (64 << 20) // 8


def joblib_works():
    import joblib
    import numpy

    def read(array):
        return float(array.sum())

    def make(count):
        return numpy.arange(count, dtype=numpy.uint64)

    def share(array, folder):
        path = os.path.join(folder, "numbers")
        joblib.dump(array, path)
        return joblib.load(path, mmap_mode="r")

    def input():
        array = numpy.arange(COUNT, dtype=numpy.float64)
        with tempfile.TemporaryDirectory(dir="/dev/shm") as folder, joblib.Parallel(n_jobs=2) as parallel:
            report("w13.share", median(3, lambda: timed(lambda: share(array, folder)), 1) / 1e3, "ms")
            shared = share(array, folder)
            parallel(joblib.delayed(read)(shared) for _ in range(4))
            time = timed(lambda: parallel(joblib.delayed(read)(shared) for _ in range(TASKS)))
            report("w13.task", time / 1e3 / TASKS * 2, "ms")

    def result():
        with joblib.Parallel(n_jobs=2) as parallel:
            call = lambda: int(parallel([joblib.delayed(make)(RESULT)])[0].sum())
            report("w14.shared", median(5, lambda: timed(call)) / 1e3, "ms")

    return {"w13": input, "w14": result}


def ray_works():
    import numpy
    import ray

    ray.init(num_cpus=2, log_to_driver=False, object_store_memory=COUNT * 8 * 2)

    @ray.remote
    def read(array):
        return float(array.sum())

    @ray.remote
    def make(count):
        return numpy.arange(count, dtype=numpy.uint64)

    def input():
        array = numpy.arange(COUNT, dtype=numpy.float64)
        report("w13.share", median(3, lambda: timed(lambda: ray.put(array)), 1) / 1e3, "ms")
        shared = ray.put(array)
        ray.get([read.remote(shared) for _ in range(4)])
        time = timed(lambda: ray.get([read.remote(shared) for _ in range(TASKS)]))
        report("w13.task", time / 1e3 / TASKS * 2, "ms")

    def result():
        call = lambda: int(ray.get(make.remote(RESULT)).sum())
        report("w14.shared", median(5, lambda: timed(call)) / 1e3, "ms")

    return {"w13": input, "w14": result}


if __name__ == "__main__":
    library, work = sys.argv[1:3]
    {"joblib": joblib_works, "Ray": ray_works}[library]()[work]()
