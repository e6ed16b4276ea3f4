// The worker thread behind Transport: libzmq by its C API, because no C++ ABI may be crossed inside an engine.

#include "FaceBridgeCore/Transport.h"

#include "FaceBridgeCore/Codec.h"

#include <zmq.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace facebridge {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kHandshakeMs = 5'000;
constexpr int kHighWater = 64;
constexpr milliseconds kLongestPoll{250};
constexpr milliseconds kGoodbye{50};  // how long a closing socket may still send its bye

bool set_int(void* socket, int option, int value) { return zmq_setsockopt(socket, option, &value, sizeof(value)) == 0; }

bool set_text(void* socket, int option, const std::string& value) {
    return zmq_setsockopt(socket, option, value.c_str(), value.size() + 1) == 0;
}

std::string zmq_words() { return zmq_strerror(zmq_errno()); }

// A received message, its parts freed together.
class Received {
public:
    ~Received() {
        for (zmq_msg_t& part : parts_) {
            zmq_msg_close(&part);
        }
    }

    // False when nothing is there.
    bool receive(void* socket) {
        do {
            zmq_msg_t part;
            zmq_msg_init(&part);
            if (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) < 0) {
                zmq_msg_close(&part);
                return !parts_.empty();
            }
            parts_.push_back(part);
        } while (zmq_msg_more(&parts_.back()) != 0);
        return true;
    }

    std::vector<PartView> views() {
        std::vector<PartView> found;
        for (zmq_msg_t& part : parts_) {
            found.push_back({static_cast<const std::uint8_t*>(zmq_msg_data(&part)), zmq_msg_size(&part)});
        }
        return found;
    }

private:
    std::vector<zmq_msg_t> parts_;
};

}  // namespace

bool is_loopback(const std::string& address) {
    return address.rfind("tcp://127.", 0) == 0 || address.rfind("tcp://[::1]:", 0) == 0 ||
           address.rfind("tcp://localhost:", 0) == 0;
}

struct Transport::Worker {
    explicit Worker(const TransportOptions& given) : options(given), pause(given.first_pause) {}

    ~Worker() { end(); }

    bool begin(std::string& problem) {
        context = zmq_ctx_new();
        waker = zmq_socket(context, ZMQ_PAIR);
        wakened = zmq_socket(context, ZMQ_PAIR);
        if (zmq_bind(wakened, "inproc://wake") != 0 || zmq_connect(waker, "inproc://wake") != 0) {
            problem = "The transport cannot start (" + zmq_words() + ").";
            return false;
        }
        if (!open(problem)) {
            return false;
        }
        thread = std::thread([this] { run(); });
        return true;
    }

    void end() {
        closing = true;
        wake();
        if (thread.joinable()) {
            thread.join();
        }
        close_socket(kGoodbye);
        for (void* end : {std::exchange(waker, nullptr), std::exchange(wakened, nullptr)}) {
            if (end != nullptr) {
                set_int(end, ZMQ_LINGER, 0);
                zmq_close(end);
            }
        }
        if (context != nullptr) {
            zmq_ctx_term(std::exchange(context, nullptr));
        }
    }

    bool put(const Message& message, std::string& problem) {
        Parts parts;
        if (!encode(message, parts, problem)) {
            return false;
        }
        {
            const std::lock_guard<std::mutex> lock(mutex);
            if (!joined) {
                problem = options.address + " is not connected; wait until it is.";
                return false;
            }
            if (outgoing.size() >= options.queue_messages) {
                problem = options.address + " does not read its messages: " + std::to_string(outgoing.size()) + " wait.";
                return false;
            }
            outgoing.push_back(std::move(parts));
        }
        wake();
        return true;
    }

    bool take(LinkEvent& event) {
        {
            const std::lock_guard<std::mutex> lock(mutex);
            if (incoming.empty()) {
                return false;
            }
            event = std::move(incoming.front());
            incoming.pop_front();
        }
        room.notify_one();
        return true;
    }

private:
    bool open(std::string& problem) {
        socket = zmq_socket(context, ZMQ_DEALER);
        bool set = socket != nullptr && set_int(socket, ZMQ_LINGER, 0) && set_int(socket, ZMQ_SNDHWM, kHighWater) &&
                   set_int(socket, ZMQ_RCVHWM, kHighWater) && set_int(socket, ZMQ_HANDSHAKE_IVL, kHandshakeMs) &&
                   set_int(socket, ZMQ_HEARTBEAT_IVL, 3'000) && set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, 15'000) &&
                   set_int(socket, ZMQ_RECONNECT_IVL, 100) && set_int(socket, ZMQ_RECONNECT_IVL_MAX, 5'000);
        const std::int64_t largest = options.hello.role == "engine" ? 33'554'432 : 50'331'648;
        set = set && zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof(largest)) == 0;
        if (set && options.keys.has_value()) {
            set = set_text(socket, ZMQ_CURVE_SERVERKEY, options.keys->server) &&
                  set_text(socket, ZMQ_CURVE_PUBLICKEY, options.keys->public_key) &&
                  set_text(socket, ZMQ_CURVE_SECRETKEY, options.keys->secret_key);
            if (!set) {
                problem = "The keys cannot be used; each must have 40 characters, as `facebridge keys new` writes them.";
                return false;
            }
        }
        if (!set || zmq_connect(socket, options.address.c_str()) != 0) {
            problem = "'" + options.address + "' is not an address (" + zmq_words() + "); expected tcp://HOST:PORT.";
            return false;
        }
        return true;
    }

    void close_socket(milliseconds linger) {
        if (socket != nullptr) {
            set_int(socket, ZMQ_LINGER, static_cast<int>(linger.count()));
            zmq_close(std::exchange(socket, nullptr));
        }
    }

    void wake() {
        const std::lock_guard<std::mutex> lock(waking);
        if (waker != nullptr) {
            zmq_send(waker, "", 0, ZMQ_DONTWAIT);
        }
    }

    void run() {
        greet();
        while (!closing && !over) {
            turn();
        }
        if (welcomed) {
            std::string unused;
            Parts bye;
            if (encode(Bye{"stopped"}, bye, unused)) {
                write(bye);
            }
        }
    }

    void turn() {
        const Clock::time_point now = Clock::now();
        Clock::time_point due = now + kLongestPoll;
        if (!connected) {
            due = std::min(due, retry_at);
        } else if (welcomed) {
            due = std::min(due, std::min(pinged_at + beat, heard_at + allowance));
        } else {
            due = std::min(due, greeted_at + options.welcome);
        }
        const auto left = std::chrono::duration_cast<milliseconds>(due - now).count() + 1;
        zmq_pollitem_t items[2] = {{wakened, 0, ZMQ_POLLIN, 0},
                                   {socket, 0, static_cast<short>(ZMQ_POLLIN | (waiting.empty() ? 0 : ZMQ_POLLOUT)), 0}};
        zmq_poll(items, connected ? 2 : 1, left > 0 ? static_cast<long>(left) : 0);
        while (zmq_recv(wakened, nullptr, 0, ZMQ_DONTWAIT) >= 0) {
        }
        if (!connected) {
            if (Clock::now() >= retry_at) {
                std::string problem;
                connected = open(problem);
                greet();
            }
            return;
        }
        send_queued();
        read_all();
        keep_alive();
    }

    void greet() {
        welcomed = false;
        greeting = true;
        greeted_at = heard_at = Clock::now();
        Parts parts;
        std::string problem;
        if (!encode(options.hello, parts, problem)) {
            finish(LinkEventKind::Refused, problem);
            return;
        }
        waiting.push_back(std::move(parts));
        flush();
    }

    // One at a time: what a full socket does not take stays in the queue that is bounded.
    void send_queued() {
        flush();
        while (waiting.empty()) {
            {
                const std::lock_guard<std::mutex> lock(mutex);
                if (outgoing.empty()) {
                    return;
                }
                waiting.push_back(std::move(outgoing.front()));
                outgoing.pop_front();
            }
            flush();
        }
    }

    void flush() {
        while (!waiting.empty() && write(waiting.front())) {
            waiting.pop_front();
        }
    }

    // Sends all parts, or none when the socket is full.
    bool write(const Parts& parts) {
        for (std::size_t index = 0; index < parts.size(); ++index) {
            const int more = index + 1 < parts.size() ? ZMQ_SNDMORE : 0;
            if (zmq_send(socket, parts[index].data(), parts[index].size(), ZMQ_DONTWAIT | more) < 0) {
                return false;  // only the first part of a message can meet a full socket
            }
        }
        return true;
    }

    void read_all() {
        while (connected && !closing && !over) {
            Received received;
            if (!received.receive(socket)) {
                return;
            }
            heard_at = Clock::now();
            Message message;
            Refusal refusal;
            const std::vector<PartView> views = received.views();
            if (decode(views.data(), views.size(), message, refusal)) {
                handle(message);
            } else if (refusal.code == "protocol") {
                finish(LinkEventKind::Refused, refusal.words);
            } else if (refusal.code == "unknown-kind" || refusal.request_id != 0) {
                reply(Error{refusal.request_id, refusal.code, refusal.words});
            }
        }
    }

    void handle(Message& message) {
        if (auto* welcome = std::get_if<Welcome>(&message)) {
            greeting = false;
            welcomed = true;
            pause = options.first_pause;
            beat = milliseconds(std::max<std::int64_t>(50, welcome->heartbeat_ms));
            allowance = milliseconds(std::max<std::int64_t>(beat.count(), welcome->allowance_ms));
            pinged_at = Clock::now();
            {
                const std::lock_guard<std::mutex> lock(mutex);
                joined = true;
            }
            push({LinkEventKind::Joined, std::move(message), ""});
        } else if (const auto* reject = std::get_if<Reject>(&message)) {
            if (reject->code != "hello-first") {
                finish(LinkEventKind::Refused, reject->reason);
            } else if (!greeting) {  // several of our messages may each have been answered so
                greet();
            }
        } else if (const auto* bye = std::get_if<Bye>(&message)) {
            lose(options.address + " said goodbye: " + (bye->reason.empty() ? "no reason given" : bye->reason) + ".", true);
        } else if (!std::holds_alternative<Pong>(message)) {
            push({LinkEventKind::Received, std::move(message), ""});
        }
    }

    void keep_alive() {
        if (!connected || over) {
            return;
        }
        const Clock::time_point now = Clock::now();
        if (!welcomed) {
            if (now - greeted_at >= options.welcome) {
                lose("No welcome came from " + options.address + "; check that a service runs there, its port and keys.");
            }
            return;
        }
        if (now - heard_at >= allowance) {
            lose("Nothing was heard from " + options.address + " for " + std::to_string(allowance.count()) +
                 " ms; it died or is unreachable.");
        } else if (now - pinged_at >= beat && waiting.empty()) {
            pinged_at = now;
            reply(Ping{++pings});
        }
    }

    void reply(const Message& message) {
        Parts parts;
        std::string problem;
        if (encode(message, parts, problem)) {
            waiting.push_back(std::move(parts));
            flush();
        }
    }

    // Closes the connection and makes a new one after a pause.
    void lose(std::string words, bool goodbye = false) {
        leave();
        retry_at = Clock::now() + pause;
        pause = std::min(pause * 2, options.longest_pause);
        push({LinkEventKind::Lost, Message{}, std::move(words), goodbye});
    }

    void finish(LinkEventKind kind, std::string words) {
        leave();
        over = true;
        push({kind, Message{}, std::move(words)});
    }

    void leave() {
        close_socket(milliseconds(0));
        connected = welcomed = greeting = false;
        waiting.clear();
        const std::lock_guard<std::mutex> lock(mutex);
        joined = false;
        outgoing.clear();
    }

    void push(LinkEvent event) {
        std::unique_lock<std::mutex> lock(mutex);
        // Whoever does not poll is not read for: libzmq's own limit then stops the sender.
        while (incoming.size() >= options.queue_messages && !closing) {
            room.wait_for(lock, kLongestPoll / 5);
        }
        incoming.push_back(std::move(event));
    }

    const TransportOptions& options;
    void* context = nullptr;
    void* socket = nullptr;
    void* waker = nullptr;    // any thread's end, under `waking`
    void* wakened = nullptr;  // the worker's end
    std::thread thread;
    std::atomic<bool> closing{false};
    std::mutex waking;

    std::mutex mutex;  // of the queues and `joined`
    std::condition_variable room;
    std::deque<Parts> outgoing;
    std::deque<LinkEvent> incoming;
    bool joined = false;

    // The worker's own.
    std::deque<Parts> waiting;  // accepted, but the socket was full
    bool connected = true;
    bool welcomed = false;
    bool greeting = false;
    bool over = false;
    Clock::time_point greeted_at, heard_at, pinged_at, retry_at;
    milliseconds beat{1'000};
    milliseconds allowance{15'000};
    milliseconds pause;
    std::int64_t pings = 0;
};

Transport::Transport(TransportOptions options) : options_(std::move(options)) {}

Transport::~Transport() { stop(); }

bool Transport::start(std::string& problem) {
    stop();
    if (!is_loopback(options_.address) && !options_.keys.has_value()) {
        problem = "Refusing to connect to " + options_.address +
                  " without keys: other machines can listen; use 127.0.0.1, or keys from `facebridge keys new`.";
        return false;
    }
    worker_ = std::make_unique<Worker>(options_);
    if (!worker_->begin(problem)) {
        worker_.reset();
        return false;
    }
    return true;
}

bool Transport::send(const Message& message, std::string& problem) {
    if (worker_ == nullptr) {
        problem = "The transport is not started.";
        return false;
    }
    return worker_->put(message, problem);
}

bool Transport::poll(LinkEvent& event) { return worker_ != nullptr && worker_->take(event); }

void Transport::stop() { worker_.reset(); }

}  // namespace facebridge
