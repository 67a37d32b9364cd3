// W5 on Boost.Interprocess: message queues in shared memory.
#include "peers.h"
#include <boost/interprocess/ipc/message_queue.hpp>
#include <sys/wait.h>
#include <unistd.h>

using boost::interprocess::message_queue;

struct Queue {
    std::string name;
    message_queue queue;
    Queue(const char *kind, size_t capacity, size_t size)
        : name(std::string("bench-") + kind + std::to_string(getpid())), queue(boost::interprocess::create_only, name.c_str(), capacity, size) {}
    ~Queue() { message_queue::remove(name.c_str()); }
    void send(std::vector<char> &message) { queue.send(message.data(), message.size(), 0); }
    void receive(std::vector<char> &message) {
        unsigned priority;
        size_t size;
        queue.receive(message.data(), message.size(), size, priority);
    }
};

template <class Body> pid_t child(Body body) {
    pid_t pid = fork();
    if (pid == 0) { body(); _exit(0); }
    return pid;
}

double throughput(int senders, int receivers, int count, size_t capacity, size_t size) {
    Queue queue("throughput", capacity, size);
    std::vector<pid_t> children;
    double start = microseconds();
    for (int i = 0; i < senders; i++)
        children.push_back(child([&] { std::vector<char> m(size); for (int n = 0; n < count / senders; n++) queue.send(m); }));
    for (int i = 0; i < receivers; i++)
        children.push_back(child([&] { std::vector<char> m(size); for (int n = 0; n < count / receivers; n++) queue.receive(m); }));
    for (pid_t pid : children) waitpid(pid, nullptr, 0);
    return count / (microseconds() - start) * 1e6;
}

int main() {
    report("w5.one", throughput(1, 1, 500000, 4096, 64), "/s");
    report("w5.two", throughput(2, 2, 500000, 4096, 64), "/s");
    // The best that can be done with it: one message of 16 KiB for 256.
    report("w16.one", 256 * throughput(1, 1, 8000, 16, 256 * 64), "/s");
    report("w5.large", throughput(1, 1, 200, 8, 1 << 20) * 1.048576, "MB/s");
    Queue ping("ping", 16, 8), pong("pong", 16, 8);
    std::vector<char> message(8);
    pid_t other = child([&] { for (;;) { ping.receive(message); pong.send(message); } });
    report("w5.pingpong", median(5000, [&] { ping.send(message); pong.receive(message); }), "us");
    kill(other, SIGKILL);
    waitpid(other, nullptr, 0);
}
