// facebridge-measure: what the core promises about time and memory, as one line of JSON each.
//
//   facebridge-measure decode [ROUNDS]        microseconds from received parts to a message in the caller's hands
//   facebridge-measure stop ADDRESS           joins, says so, and stops at a line on standard input; again until it ends
//   facebridge-measure reconnect [COUNT]      resident memory over that many losses and greetings
//
// `benchmarks/plugin_core.py` runs it and prints the table.

#include "FaceBridgeCore/Transport.h"

#include "Mailbox.h"

#include <zmq.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace facebridge;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

int fail(const std::string& words) {
    std::fprintf(stderr, "facebridge-measure: error: %s\n", words.c_str());
    return 1;
}

double quantile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

Message frame_of(std::uint32_t side) {
    Frame frame;
    frame.request_id = 1;
    frame.sha256 = std::string(64, 'a');
    frame.pixels = {{side, side, 3}, std::vector<std::uint8_t>(std::size_t{side} * side * 3, 7)};
    return frame;
}

Message imported_of(std::uint32_t side) {
    Imported answer;
    answer.request_id = 1;
    answer.schema_hash = std::string(64, 'a');
    answer.parameters = {{200}, std::vector<float>(200)};
    answer.choices = {{8}, std::vector<std::uint8_t>(8)};
    answer.aligned = ByteArray{{side, side, 3}, std::vector<std::uint8_t>(std::size_t{side} * side * 3, 7)};
    answer.preview = answer.aligned;
    return answer;
}

// From the parts that libzmq hands over, through the queue between the threads, to a message of known kind.
bool measure_decode(const char* name, const Message& message, int rounds) {
    Parts parts;
    std::string problem;
    if (!encode(message, parts, problem)) {
        return fail(problem) == 0;
    }
    Mailbox mailbox(1024);
    std::vector<double> times;
    std::size_t seen = 0;
    for (int round = 0; round < rounds; ++round) {
        const Clock::time_point began = Clock::now();
        Message decoded;
        Refusal refusal;
        if (!decode(parts, decoded, refusal)) {
            return fail(refusal.words) == 0;
        }
        mailbox.deliver({LinkEventKind::Received, std::move(decoded), ""});
        LinkEvent event;
        mailbox.take(event);
        seen += event.message.index() == message.index() ? 1 : 0;
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
    }
    std::printf("{\"message\": \"%s\", \"rounds\": %zu, \"median_us\": %.2f, \"p99_us\": %.2f}\n", name, seen,
                quantile(times, 0.5), quantile(times, 0.99));
    return true;
}

TransportOptions options_for(const std::string& address) {
    TransportOptions options;
    options.address = address;
    options.hello.software = "facebridge-measure";
    options.hello.instance = "measure";
    options.first_pause = milliseconds(1);
    return options;
}

bool wait_for(Transport& transport, LinkEventKind kind) {
    const Clock::time_point due = Clock::now() + std::chrono::seconds(30);
    LinkEvent event;
    while (Clock::now() < due) {
        if (transport.poll(event) && event.kind == kind) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    return false;
}

int measure_stop(const std::string& address) {
    std::string line;
    std::string problem;
    do {
        Transport transport(options_for(address));
        if (!transport.start(problem)) {
            return fail(problem);
        }
        if (!wait_for(transport, LinkEventKind::Joined)) {
            return fail("No welcome came from " + address + ".");
        }
        std::puts("joined");
        std::fflush(stdout);
        if (!std::getline(std::cin, line)) {
            break;
        }
        Import photo;  // what the frozen service does not read fills the sockets and then our own queue
        photo.photo.assign(1 << 20, 7);
        for (int count = 0; count < 100 && transport.send(photo, problem); ++count) {
        }
        std::this_thread::sleep_for(milliseconds(50));
        const Clock::time_point began = Clock::now();
        transport.stop();
        std::printf("%.2f\n", std::chrono::duration<double, std::milli>(Clock::now() - began).count());
        std::fflush(stdout);
    } while (true);
    return 0;
}

// A ROUTER that welcomes whoever says hello, and sends it away at once.
class Fickle {
public:
    Fickle() : context_(zmq_ctx_new()), socket_(zmq_socket(context_, ZMQ_ROUTER)) {
        const int none = 0;
        zmq_setsockopt(socket_, ZMQ_LINGER, &none, sizeof(none));
        char bound[128];
        std::size_t size = sizeof(bound);
        zmq_bind(socket_, "tcp://127.0.0.1:*");
        zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, bound, &size);
        address = bound;
        thread_ = std::thread([this] { serve(); });
    }

    ~Fickle() {
        closing_ = true;
        thread_.join();
        zmq_close(socket_);
        zmq_ctx_term(context_);
    }

    std::string address;

private:
    void serve() {
        while (!closing_) {
            zmq_pollitem_t item{socket_, 0, ZMQ_POLLIN, 0};
            if (zmq_poll(&item, 1, 20) <= 0) {
                continue;
            }
            Parts parts;
            int more = 1;
            while (more != 0) {
                zmq_msg_t part;
                zmq_msg_init(&part);
                zmq_msg_recv(&part, socket_, 0);
                const auto* data = static_cast<const std::uint8_t*>(zmq_msg_data(&part));
                parts.emplace_back(data, data + zmq_msg_size(&part));
                more = zmq_msg_more(&part);
                zmq_msg_close(&part);
            }
            const Bytes peer = parts.front();
            parts.erase(parts.begin());
            Message message;
            Refusal refusal;
            if (decode(parts, message, refusal) && std::holds_alternative<Hello>(message)) {
                send(peer, Welcome{});
                send(peer, Bye{"come again"});
            }
        }
    }

    void send(const Bytes& peer, const Message& message) {
        Parts parts;
        std::string problem;
        encode(message, parts, problem);
        zmq_send(socket_, peer.data(), peer.size(), ZMQ_SNDMORE);
        zmq_send(socket_, parts[0].data(), parts[0].size(), 0);
    }

    void* context_;
    void* socket_;
    std::atomic<bool> closing_{false};
    std::thread thread_;
};

long resident_kib() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        if (word == "VmRSS:") {
            long kib = 0;
            status >> kib;
            return kib;
        }
    }
    return 0;
}

int measure_reconnect(int count) {
    Fickle fickle;
    Transport transport(options_for(fickle.address));
    std::string problem;
    if (!transport.start(problem)) {
        return fail(problem);
    }
    long early = 0;
    const Clock::time_point began = Clock::now();
    for (int round = 1; round <= count; ++round) {
        if (!wait_for(transport, LinkEventKind::Joined)) {
            return fail("No welcome came at reconnect " + std::to_string(round) + ".");
        }
        if (round == std::max(1, count / 10)) {
            early = resident_kib();  // by then the allocator and libzmq have what they keep
        }
    }
    const double spent = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
    std::printf("{\"reconnects\": %d, \"after_a_tenth_kib\": %ld, \"at_the_end_kib\": %ld, \"ms_each\": %.2f}\n", count,
                early, resident_kib(), spent / count);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string what = count > 1 ? arguments[1] : "";
    const int number = count > 2 ? std::atoi(arguments[2]) : 0;
    if (what == "decode") {
        const int rounds = number > 0 ? number : 20'000;
        return measure_decode("frame 256 x 256", frame_of(256), rounds) &&
                       measure_decode("imported, two pictures 256 x 256", imported_of(256), rounds)
                   ? 0
                   : 1;
    }
    if (what == "stop" && count == 3) {
        return measure_stop(arguments[2]);
    }
    if (what == "reconnect") {
        return measure_reconnect(number > 0 ? number : 1'000);
    }
    return fail("Give decode, stop ADDRESS or reconnect.");
}
