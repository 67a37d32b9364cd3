// W11 on oneTBB: `task_arena::enqueue`, the caller of which does not help, as with the other pools; and `task_group::run`.
#include "peers.h"
#include <atomic>
#include <oneapi/tbb.h>

int main() {
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism, 3);
    tbb::task_arena arena(3, 1);
    std::atomic<int> done{0};
    auto wait_for = [&](int count) { while (done.load(std::memory_order_acquire) < count) std::this_thread::yield(); };
    for (int round = 0; round < 2; round++) {
        done = 0;
        double start = microseconds();
        for (int i = 0; i < tasks; i++) arena.enqueue([&] { done.fetch_add(1, std::memory_order_release); });
        wait_for(tasks);
        report("w11.each", tasks / (microseconds() - start) * 1e6, "/s");
    }
    report("w11.latency", median(5000, [&] {
        done = 0;
        arena.enqueue([&] { done.fetch_add(1, std::memory_order_release); });
        wait_for(1);
    }), "us");
    tbb::task_group group;
    for (int round = 0; round < 2; round++) {
        double start = microseconds();
        for (int i = 0; i < tasks; i++) group.run([] {});
        group.wait();
        report("w11.helped", tasks / (microseconds() - start) * 1e6, "/s");
    }
}
