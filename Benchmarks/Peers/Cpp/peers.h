// What the programs in this folder share: a clock, medians, and lines of JSON.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

inline double microseconds() {
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline void report(const char *metric, double value, const char *unit) {
    std::printf("{\"metric\": \"%s\", \"value\": %.6g, \"unit\": \"%s\"}\n", metric, value, unit);
    std::fflush(stdout);
}

template <class Body> double median(int rounds, Body body) {
    std::vector<double> samples;
    for (int i = -rounds / 5; i < rounds; i++) {
        double start = microseconds();
        body();
        if (i >= 0) samples.push_back(microseconds() - start);
    }
    std::sort(samples.begin(), samples.end());
    return samples[rounds / 2];
}

const int tasks = 500000;
