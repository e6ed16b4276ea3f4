// What the transport promises about its end and its losses: quick, complete, and nothing left behind.

#include "FaceBridgeCore/Transport.h"
#include "Router.h"

#ifdef __linux__
#include <dlfcn.h>
#include <netdb.h>

#include <filesystem>
#endif

#include <atomic>

using namespace facebridge;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

TransportOptions options_for(const std::string& address) {
    TransportOptions options;
    options.address = address;
    options.hello.instance = "0123456789abcdef";
    options.first_pause = milliseconds(1);
    return options;
}

template <class Condition>
void wait_until(Condition condition) {
    const Clock::time_point due = Clock::now() + std::chrono::seconds(20);
    while (!condition()) {
        REQUIRE(Clock::now() < due);
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
}

bool joined(Transport& transport) {
    LinkEvent event;
    return transport.poll(event) && event.kind == LinkEventKind::Joined;
}

}  // namespace

TEST_CASE("what was accepted goes out before the goodbye, whose reason is the caller's") {
    Router router;
    Transport transport(options_for(router.address));
    std::string problem;
    REQUIRE(transport.start(problem));
    router.receive<Hello>();
    router.send(Welcome{});
    wait_until([&] { return joined(transport); });
    for (std::int64_t id = 1; id <= 50; ++id) {
        REQUIRE(transport.send(Cancel{id}, problem));
    }
    transport.part("the editor closed");
    for (std::int64_t id = 1; id <= 50; ++id) {
        CHECK(std::get<Cancel>(router.receive()).request_id == id);
    }
    CHECK(std::get<Bye>(router.receive()).reason == "the editor closed");
    wait_until([&] { return transport.ended(); });
    CHECK_FALSE(transport.send(Cancel{51}, problem));
    transport.stop();
}

#ifdef __linux__

namespace {

std::atomic<bool> names_hang{false};

std::size_t entries(const char* folder) {
    const std::filesystem::directory_iterator all(folder);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

// In front of the C library's: a name server that does not answer, which libzmq asks from a thread of its own.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
    while (names_hang) {
        std::this_thread::sleep_for(milliseconds(1));
    }
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
    return real(node, service, hints, found);
}

TEST_CASE("stopping does not wait for a name server that hangs") {
    const std::size_t threads = entries("/proc/self/task");
    names_hang = true;
    Transport transport(options_for("tcp://localhost:9"));
    std::string problem;
    REQUIRE(transport.start(problem));
    std::this_thread::sleep_for(milliseconds(50));
    const Clock::time_point began = Clock::now();
    transport.stop();
    const auto spent = Clock::now() - began;
    CHECK(spent < milliseconds(1'000));  // the promise of 200 ms is measured by benchmarks/plugin_core.py
    names_hang = false;
    wait_until([&] { return entries("/proc/self/task") <= threads; });
    CHECK(spent > milliseconds(100));  // else it did not hang, and this test shows nothing
}

TEST_CASE("a thousand losses leave no memory, no thread and no open file behind") {
    const std::size_t threads = entries("/proc/self/task");
    const std::size_t files = entries("/proc/self/fd");
    {
        Router router;
        Transport transport(options_for(router.address));
        std::string problem;
        REQUIRE(transport.start(problem));
        std::size_t most = 0;
        for (int round = 0; round < 1'000; ++round) {
            router.receive<Hello>();
            router.send(Welcome{});
            wait_until([&] { return joined(transport); });
            router.send(Bye{"come again"});
            most = std::max(most, entries("/proc/self/fd"));
        }
        CHECK(most < files + 40);
    }
    CHECK(entries("/proc/self/task") == threads);
    CHECK(entries("/proc/self/fd") == files);
}

#endif
