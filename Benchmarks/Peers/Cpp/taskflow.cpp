// W11 on Taskflow's executor.
#include "peers.h"
#include <taskflow/taskflow.hpp>

int main() {
    tf::Executor executor(2);
    for (int round = 0; round < 2; round++) {
        double start = microseconds();
        for (int i = 0; i < tasks; i++) executor.silent_async([] {});
        executor.wait_for_all();
        report("w11.each", tasks / (microseconds() - start) * 1e6, "/s");
    }
    report("w11.latency", median(5000, [&] { executor.async([] {}).get(); }), "us");
}
