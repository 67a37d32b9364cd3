// W5 on ZeroMQ: PUSH and PULL over a Unix socket. It has no queue of two senders and two receivers.
#include "peers.h"
#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.hpp>

std::string address(const char *kind) { return std::string("ipc:///tmp/bench-") + kind + std::to_string(getpid()); }

double throughput(int count, size_t size) {
    std::string at = address("throughput");
    int bound[2];
    if (pipe(bound) != 0) abort();
    pid_t sender = fork();
    if (sender == 0) {
        // On a busy machine messages got lost where the sender came before the socket, or left before they were received.
        char byte;
        if (read(bound[0], &byte, 1) != 1) _exit(1);
        zmq::context_t context;
        zmq::socket_t socket(context, ZMQ_PUSH);
        socket.set(zmq::sockopt::sndhwm, 4096);
        socket.connect(at);
        for (int i = 0; i < count; i++) socket.send(zmq::message_t(size), zmq::send_flags::none);
        for (;;) pause();
    }
    zmq::context_t context;
    zmq::socket_t socket(context, ZMQ_PULL);
    socket.set(zmq::sockopt::rcvhwm, 4096);
    socket.bind(at);
    if (write(bound[1], "", 1) != 1) abort();
    zmq::message_t message;
    double start = microseconds();
    for (int i = 0; i < count; i++) (void)socket.recv(message);
    double time = microseconds() - start;
    kill(sender, SIGKILL);
    close(bound[0]);
    close(bound[1]);
    waitpid(sender, nullptr, 0);
    return count / time * 1e6;
}

int main() {
    report("w5.one", throughput(500000, 64), "/s");
    report("w5.large", throughput(200, 1 << 20) * 1.048576, "MB/s");
    std::string at = address("ping");
    pid_t other = fork();
    zmq::context_t context;
    zmq::socket_t socket(context, ZMQ_PAIR);
    if (other == 0) {
        socket.connect(at);
        zmq::message_t message;
        for (;;) { (void)socket.recv(message); socket.send(message, zmq::send_flags::none); }
    }
    socket.bind(at);
    zmq::message_t message(8);
    report("w5.pingpong", median(3000, [&] { socket.send(message, zmq::send_flags::none); (void)socket.recv(message); }), "us");
    kill(other, SIGKILL);
    waitpid(other, nullptr, 0);
}
