// A service that a test drives by hand: a ROUTER that greets with the tests' small character.

#pragma once

#include "FaceBridgeCore/Codec.h"
#include "FaceBridgeCore/Session.h"
#include "FaceBridgeCore/Sha256.h"
#include "Schemas.h"

#include <zmq.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

class FakeService {
public:
    FakeService() : context_(zmq_ctx_new()) { open("tcp://127.0.0.1:*"); }

    ~FakeService() {
        shut();
        zmq_ctx_term(context_);
    }

    FakeService(const FakeService&) = delete;
    FakeService& operator=(const FakeService&) = delete;

    void shut() {
        if (socket_ != nullptr) {
            zmq_close(std::exchange(socket_, nullptr));
        }
    }

    void open(const std::string& where) {
        socket_ = zmq_socket(context_, ZMQ_ROUTER);
        const int none = 0;
        zmq_setsockopt(socket_, ZMQ_LINGER, &none, sizeof(none));
        for (int attempt = 0; zmq_bind(socket_, where.c_str()) != 0; ++attempt) {
            REQUIRE(attempt < 500);  // a port that was just closed is free a moment later
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        char bound[128];
        std::size_t size = sizeof(bound);
        zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, bound, &size);
        address = bound;
    }

    // The next message of a kind; pings are answered, and everything else is dropped.
    template <class Kind>
    Kind receive() {
        for (int attempt = 0; attempt < 100; ++attempt) {
            zmq_pollitem_t item{socket_, 0, ZMQ_POLLIN, 0};
            if (zmq_poll(&item, 1, 100) <= 0) {
                continue;
            }
            facebridge::Message message = read();
            if (const auto* ping = std::get_if<facebridge::Ping>(&message)) {
                send(facebridge::Pong{ping->number});
            } else if (auto* wanted = std::get_if<Kind>(&message)) {
                return std::move(*wanted);
            }
        }
        FAIL("the message did not come in time");
        return {};
    }

    void send(const facebridge::Message& message) {
        facebridge::Parts parts;
        std::string problem;
        REQUIRE_MESSAGE(facebridge::encode(message, parts, problem), problem);
        zmq_send(socket_, peer_.data(), peer_.size(), ZMQ_SNDMORE);
        for (std::size_t index = 0; index < parts.size(); ++index) {
            zmq_send(socket_, parts[index].data(), parts[index].size(), index + 1 < parts.size() ? ZMQ_SNDMORE : 0);
        }
    }

    // A greeting that tests may change before it is sent.
    static facebridge::Welcome greeting() {
        facebridge::Welcome welcome;
        welcome.role = "service";
        welcome.features = {"face", "group", "locks", "refine"};
        welcome.bundle = "tiny 1";
        welcome.bundles = {"tiny"};
        welcome.schema = bytes_of(kSchemaText);
        welcome.schema_hash = facebridge::sha256(welcome.schema->data(), welcome.schema->size());
        return welcome;
    }

    void greet(const facebridge::Welcome& welcome = greeting()) {
        receive<facebridge::Hello>();
        send(welcome);
    }

    static facebridge::Imported answer_to(const facebridge::Import& request) {
        facebridge::Imported answer;
        answer.request_id = request.request_id;
        answer.schema_hash = greeting().schema_hash;
        answer.digest = facebridge::sha256(request.photo.data(), request.photo.size());
        answer.faces = 1;
        answer.parameters = {{4}, {0.5f, -0.5f, 0.25f, 2.0f}};
        answer.choices = {{1}, {0}};
        return answer;
    }

    static facebridge::Progress progress_of(const facebridge::Refine& request) {
        facebridge::Progress progress;
        progress.request_id = request.request_id;
        progress.digest = facebridge::sha256(request.photo.data(), request.photo.size());
        progress.step = 5;
        progress.steps = request.steps;
        progress.loss_before = 2;
        progress.loss = 1;
        progress.parameters = {{4}, {0.75f, 0.0f, 0.0f, 3.0f}};
        return progress;
    }

    static facebridge::Refined answer_to(const facebridge::Refine& request) {
        facebridge::Refined answer;
        answer.request_id = request.request_id;
        answer.schema_hash = greeting().schema_hash;
        answer.digest = facebridge::sha256(request.photo.data(), request.photo.size());
        answer.ended = "steps";
        answer.judge = "imitator";
        answer.kept = true;
        answer.loss_before = 2;
        answer.loss = 0.5;
        answer.parameters = {{4}, {1.0f, 0.0f, 0.0f, 3.0f}};
        answer.choices = request.choices;
        return answer;
    }

    std::string address;

private:
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
    void* socket_ = nullptr;
    facebridge::Bytes peer_;
};

inline facebridge::SessionOptions session_options(const std::string& address) {
    facebridge::SessionOptions options;
    options.transport.address = address;
    options.transport.first_pause = std::chrono::milliseconds(20);
    options.transport.hello.software = "test";
    return options;
}
