// The socket options of docs/protocol.md, section 1, and sends and receives that never block.

#include "Sockets.h"

#include <utility>

namespace facebridge {
namespace {

constexpr int kHandshakeMs = 5'000;
constexpr int kHighWater = 64;
constexpr std::int64_t kEnginePart = 33'554'432;
constexpr std::int64_t kClientPart = 50'331'648;

bool set_int(void* socket, int option, int value) { return zmq_setsockopt(socket, option, &value, sizeof(value)) == 0; }

bool set_text(void* socket, int option, const std::string& value) {
    return zmq_setsockopt(socket, option, value.c_str(), value.size() + 1) == 0;
}

}  // namespace

std::string zmq_words() { return zmq_strerror(zmq_errno()); }

Received::~Received() {
    for (zmq_msg_t& part : parts_) {
        zmq_msg_close(&part);
    }
}

bool Received::receive(void* socket) {
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

std::vector<PartView> Received::views() {
    std::vector<PartView> found;
    found.reserve(parts_.size());
    for (zmq_msg_t& part : parts_) {
        found.push_back({static_cast<const std::uint8_t*>(zmq_msg_data(&part)), zmq_msg_size(&part)});
    }
    return found;
}

bool DealerSocket::open(void* context, const TransportOptions& options, std::string& problem) {
    socket_ = zmq_socket(context, ZMQ_DEALER);
    bool set = socket_ != nullptr && set_int(socket_, ZMQ_LINGER, 0) && set_int(socket_, ZMQ_SNDHWM, kHighWater) &&
               set_int(socket_, ZMQ_RCVHWM, kHighWater) && set_int(socket_, ZMQ_HANDSHAKE_IVL, kHandshakeMs) &&
               set_int(socket_, ZMQ_HEARTBEAT_IVL, 3'000) && set_int(socket_, ZMQ_HEARTBEAT_TIMEOUT, 15'000) &&
               set_int(socket_, ZMQ_RECONNECT_IVL, 100) && set_int(socket_, ZMQ_RECONNECT_IVL_MAX, 5'000);
    const std::int64_t largest = options.hello.role == "engine" ? kEnginePart : kClientPart;
    set = set && zmq_setsockopt(socket_, ZMQ_MAXMSGSIZE, &largest, sizeof(largest)) == 0;
    if (set && options.keys.has_value()) {
        set = set_text(socket_, ZMQ_CURVE_SERVERKEY, options.keys->server) &&
              set_text(socket_, ZMQ_CURVE_PUBLICKEY, options.keys->public_key) &&
              set_text(socket_, ZMQ_CURVE_SECRETKEY, options.keys->secret_key);
        if (!set) {
            problem = "The keys cannot be used; each must have 40 characters, as `facebridge keys new` writes them.";
            return false;
        }
    }
    if (!set || zmq_connect(socket_, options.address.c_str()) != 0) {
        problem = "'" + options.address + "' is not an address (" + zmq_words() + "); expected tcp://HOST:PORT.";
        return false;
    }
    return true;
}

void DealerSocket::close(std::chrono::milliseconds linger) {
    if (socket_ != nullptr) {
        set_int(socket_, ZMQ_LINGER, static_cast<int>(linger.count()));
        zmq_close(std::exchange(socket_, nullptr));
    }
}

bool DealerSocket::write(const Parts& parts) {
    for (std::size_t index = 0; socket_ != nullptr && index < parts.size(); ++index) {
        const int more = index + 1 < parts.size() ? ZMQ_SNDMORE : 0;
        if (zmq_send(socket_, parts[index].data(), parts[index].size(), ZMQ_DONTWAIT | more) < 0) {
            return false;  // only the first part of a message can meet a full socket
        }
    }
    return socket_ != nullptr;
}

bool Waker::open(void* context) {
    woken_ = zmq_socket(context, ZMQ_PAIR);
    waker_ = zmq_socket(context, ZMQ_PAIR);
    return zmq_bind(woken_, "inproc://wake") == 0 && zmq_connect(waker_, "inproc://wake") == 0;
}

void Waker::close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (void** end : {&waker_, &woken_}) {
        if (*end != nullptr) {
            set_int(*end, ZMQ_LINGER, 0);
            zmq_close(std::exchange(*end, nullptr));
        }
    }
}

void Waker::wake() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (waker_ != nullptr) {
        zmq_send(waker_, "", 0, ZMQ_DONTWAIT);
    }
}

void Waker::clear() {
    while (zmq_recv(woken_, nullptr, 0, ZMQ_DONTWAIT) >= 0) {
    }
}

}  // namespace facebridge
