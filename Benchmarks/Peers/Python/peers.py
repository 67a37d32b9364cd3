"""Measures one work on one of Python's pools: `peers.py multiprocessing w1`. Prints figures as lines of JSON."""

import json
import multiprocessing
import os
import random
import signal
import sys
import time

from pools import pools


def report(metric, value, unit):
    print(json.dumps({"metric": metric, "value": value, "unit": unit}), flush=True)


def microseconds():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e3


def median(count, sample, warm_up=2):
    for _ in range(warm_up):
        sample()
    return sorted(sample() for _ in range(count))[count // 2]


def timed(body):
    start = microseconds()
    body()
    return microseconds() - start


def nothing():
    pass


def same(value):
    return value


def own_process():
    return os.getpid()


def sleep_for_ever():
    while True:
        time.sleep(100)


def children():
    """The process ids of all processes below this one."""
    found, queue = [], [os.getpid()]
    while queue:
        parent = queue.pop()
        try:
            with open(f"/proc/{parent}/task/{parent}/children") as file:
                queue += map(int, file.read().split())
        except FileNotFoundError:
            pass
        found.append(parent)
    return found[1:]


# The works.


def one_task(make):
    pool = make(2)
    call = lambda: timed(lambda: pool.result(pool.submit(nothing)))
    report("w1.free", median(500, call, 100), "us")

    def parked():
        time.sleep(0.002)
        return call()

    report("w1.parked", median(100, parked), "us")
    pool.stop()


def rate(body, count):
    """How many a second `body(n)` does; slow pools get fewer, about as many as they do in half a second."""
    trial = count // 100
    body(trial)
    count = max(trial, min(count, int(trial / timed(lambda: body(trial)) * 0.5e6)))
    return count / timed(lambda: body(count)) * 1e6


def many_tasks(make):
    pool = make(2)

    def each(count):
        for handle in [pool.submit(nothing) for _ in range(count)]:
            pool.result(handle)

    report("w2.each", rate(each, 20_000), "/s")
    report("w2.map", rate(lambda count: pool.map(same, range(count)), 20_000), "/s")
    pool.stop()


def payload(kind, size):
    generator = random.Random(7)
    if kind == "random":
        return generator.randbytes(size)
    words = ["the ", "worker ", "of ", "a ", "pool ", "takes ", "one ", "task ", "after ", "another.\n"]
    text = "".join(generator.choices(words, k=min(size, 1 << 20)))[: 1 << 20].encode()
    return (text * (size // len(text) + 1))[:size]


def echoes(make):
    pool = make(2)
    for kind in ("random", "text"):
        for size, rounds in ((1 << 10, 200), (1 << 16, 100), (1 << 20, 20), (1 << 26, 2)):
            data = payload(kind, size)
            time_of_one = median(rounds, lambda: timed(lambda: pool.result(pool.submit(same, data))), 1)
            report(f"w3.{kind}.{size}", size / time_of_one, "MB/s")
    pool.stop()


numbers = list(range(348_513))


def all_numbers():
    return numbers


def array_as_result(make):
    pool = make(1)
    report("w4", median(15, lambda: timed(lambda: pool.result(pool.submit(all_numbers)))) / 1e3, "ms")
    pool.stop()


def start_and_stop(make):
    starts, stops, memory = [], [], 0
    for _ in range(5):
        begin = microseconds()
        pool = make(2)
        pool.result(pool.submit(nothing))
        ready = microseconds()
        memory = max(map(private_memory, children()), default=0)
        begin_stop = microseconds()
        pool.stop()
        starts.append(ready - begin)
        stops.append(microseconds() - begin_stop)
    report("w7.start.fork", sorted(starts)[2] / 1e3, "ms")
    report("w7.stop", sorted(stops)[2] / 1e3, "ms")
    report("w7.memory", memory / 1024, "MiB")


def private_memory(process):
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith(("Private_C", "Private_D")))
    except OSError:
        return 0


def report_of_crash(make):
    def sample():
        pool = make(1)
        worker = pool.result(pool.submit(own_process))
        handle = pool.submit(sleep_for_ever)
        time.sleep(0.05)
        start = microseconds()
        os.kill(worker, signal.SIGKILL)
        try:
            pool.result(handle)
        except Exception:
            return microseconds() - start
        raise SystemExit("the crash was not reported")

    report("w9", median(5, sample, 1), "us")
    sys.stdout.flush()
    for child in children():  # what a broken pool leaves behind
        os.kill(child, signal.SIGKILL)
    os._exit(0)


pool_works = {
    "w1": one_task,
    "w2": many_tasks,
    "w3": echoes,
    "w4": array_as_result,
    "w7": start_and_stop,
    "w9": report_of_crash,
}

# Queues and events of `multiprocessing`, and threads.


def send(queue, count, size):
    message = bytes(size)
    for _ in range(count):
        queue.put(message)


def receive(queue, count):
    for _ in range(count):
        queue.get()


def throughput(queue, senders, receivers, count, size):
    start_all = [multiprocessing.Process(target=send, args=(queue, count // senders, size)) for _ in range(senders)]
    start_all += [multiprocessing.Process(target=receive, args=(queue, count // receivers)) for _ in range(receivers)]

    def run():
        for process in start_all:
            process.start()
        for process in start_all:
            process.join()

    return count / timed(run) * 1e6


def reply(ping, pong):
    while True:
        pong.put(ping.get())


def queues(make_queue):
    report("w5.one", throughput(make_queue(4096), 1, 1, 50_000, 64), "/s")
    report("w5.two", throughput(make_queue(4096), 2, 2, 50_000, 64), "/s")
    report("w5.large", throughput(make_queue(8), 1, 1, 200, 1 << 20) * 1.048576, "MB/s")
    ping, pong = make_queue(16), make_queue(16)
    other = multiprocessing.Process(target=reply, args=(ping, pong))
    other.start()

    def call():
        ping.put(1)
        pong.get()

    report("w5.pingpong", median(2000, lambda: timed(call), 200), "us")
    other.kill()
    other.join()


def watch(event, ready, seen):
    ready.set()
    while not event.is_set():
        pass
    seen.value = microseconds()


def cancel_event():
    event, count = multiprocessing.Event(), 50_000

    def check():
        for _ in range(count):
            event.is_set()

    report("w6.check", timed(check) * 1e3 / count, "ns")

    def sample():
        event, ready, seen = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Value("d")
        process = multiprocessing.Process(target=watch, args=(event, ready, seen))
        process.start()
        ready.wait()
        time.sleep(0.002)
        start = microseconds()
        event.set()
        process.join()
        return seen.value - start

    report("w6.seen", median(10, sample), "us")


def threads():
    from concurrent.futures import ThreadPoolExecutor

    pool, count = ThreadPoolExecutor(2), 20_000

    def each():
        for future in [pool.submit(nothing) for _ in range(count)]:
            future.result()

    report("w11.each", count / median(3, lambda: timed(each), 1) * 1e6, "/s")
    report("w11.latency", median(1000, lambda: timed(lambda: pool.submit(nothing).result()), 200), "us")


def captured():
    """A fork for one task, as ours does it for a task that captures; `concurrent.futures` has no such thing."""
    big = bytearray(500 << 20)
    for page in range(0, len(big), 4096):
        big[page] = 1
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def call():
        process = multiprocessing.Process(target=lambda: sender.send(big[4096]))
        process.start()
        receiver.recv()
        process.join()

    report("cow", median(10, lambda: timed(call)) / 1e3, "ms")


def main():
    library, work = sys.argv[1:3]
    if library == "multiprocessing.Queue":
        queues(multiprocessing.Queue)
    elif library == "multiprocessing.SimpleQueue":
        queues(lambda capacity: multiprocessing.SimpleQueue())
    elif work == "w6":
        cancel_event()
    elif work == "w11":
        threads()
    elif work == "cow":
        captured()
    else:
        pool_works[work](pools[library])


if __name__ == "__main__":
    main()
