// The binding side of the wire, driven by hand: the one ROUTER that every test of the core talks to.

#pragma once

#include "FaceBridgeCore/Codec.h"

#include <doctest/doctest.h>
#include <zmq.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

class Router {
public:
    using Clock = std::chrono::steady_clock;

    // `waiting`: how many messages may wait for a test that does not read; 0 for libzmq's own limit. `secret`: the key
    // of a CURVE server, which then answers nobody else than who knows its public one.
    explicit Router(int waiting = 0, std::string secret = "")
        : context_(zmq_ctx_new()), waiting_(waiting), secret_(std::move(secret)) {
        open("tcp://127.0.0.1:*");
    }

    ~Router() {
        shut();
        zmq_ctx_term(context_);
    }

    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    // As a crash: nobody is told.
    void shut() {
        if (socket_ != nullptr) {
            zmq_close(std::exchange(socket_, nullptr));
        }
    }

    void open(const std::string& where) {
        socket_ = zmq_socket(context_, ZMQ_ROUTER);
        const int none = 0;
        zmq_setsockopt(socket_, ZMQ_LINGER, &none, sizeof(none));
        if (waiting_ != 0) {
            zmq_setsockopt(socket_, ZMQ_RCVHWM, &waiting_, sizeof(waiting_));
        }
        if (!secret_.empty()) {
            const int server = 1;
            zmq_setsockopt(socket_, ZMQ_CURVE_SERVER, &server, sizeof(server));
            REQUIRE(zmq_setsockopt(socket_, ZMQ_CURVE_SECRETKEY, secret_.c_str(), secret_.size() + 1) == 0);
        }
        const Clock::time_point due = Clock::now() + kPatience;
        while (zmq_bind(socket_, where.c_str()) != 0) {  // a port that was just closed is free a moment later
            REQUIRE(Clock::now() < due);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        char bound[128];
        std::size_t size = sizeof(bound);
        zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, bound, &size);
        address = bound;
    }

    // The next message of any peer that is not a ping; pings are counted and answered.
    facebridge::Message receive() {
        facebridge::Message message;
        REQUIRE_MESSAGE(receive_within(message, kPatience), "nothing was received in time");
        return message;
    }

    // The next message of a kind; whatever comes before it is dropped.
    template <class Kind>
    Kind receive() {
        const Clock::time_point due = Clock::now() + kPatience;
        while (Clock::now() < due) {
            facebridge::Message message = receive();
            if (auto* wanted = std::get_if<Kind>(&message)) {
                return std::move(*wanted);
            }
        }
        FAIL("a message of the kind did not come in time");
        return {};
    }

    // False when only pings, or nothing, came in that time.
    bool receive_within(facebridge::Message& message, std::chrono::milliseconds time) {
        const Clock::time_point due = Clock::now() + time;
        do {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(due - Clock::now());
            zmq_pollitem_t item{socket_, 0, ZMQ_POLLIN, 0};
            if (zmq_poll(&item, 1, left.count() > 0 ? static_cast<long>(left.count()) : 0) <= 0) {
                continue;
            }
            message = read();
            const auto* ping = std::get_if<facebridge::Ping>(&message);
            if (ping == nullptr) {
                return true;
            }
            ++pings;
            send(facebridge::Pong{ping->number});
        } while (Clock::now() < due);
        return false;
    }

    // To the peer that was read last.
    void send(const facebridge::Message& message) {
        facebridge::Parts parts;
        std::string problem;
        REQUIRE_MESSAGE(facebridge::encode(message, parts, problem), problem);
        send_raw(parts);
    }

    void send_raw(const facebridge::Parts& parts) {
        zmq_send(socket_, peer_.data(), peer_.size(), ZMQ_SNDMORE);
        for (std::size_t index = 0; index < parts.size(); ++index) {
            zmq_send(socket_, parts[index].data(), parts[index].size(), index + 1 < parts.size() ? ZMQ_SNDMORE : 0);
        }
    }

    std::string address;
    int pings = 0;

private:
    static constexpr std::chrono::milliseconds kPatience{10'000};

    facebridge::Message read() {
        facebridge::Parts parts;
        int more = 1;
        while (more != 0) {
            zmq_msg_t part;
            zmq_msg_init(&part);
            REQUIRE(zmq_msg_recv(&part, socket_, 0) >= 0);
            const auto* data = static_cast<const std::uint8_t*>(zmq_msg_data(&part));
            parts.emplace_back(data, data + zmq_msg_size(&part));
            more = zmq_msg_more(&part);
            zmq_msg_close(&part);
        }
        peer_ = parts.front();
        parts.erase(parts.begin());
        facebridge::Message message;
        facebridge::Refusal refusal;
        REQUIRE_MESSAGE(facebridge::decode(parts, message, refusal), refusal.words);
        return message;
    }

    void* context_;
    int waiting_;
    std::string secret_;
    void* socket_ = nullptr;
    facebridge::Bytes peer_;
};
