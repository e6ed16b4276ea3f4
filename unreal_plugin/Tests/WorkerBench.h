// An engine and its coordinator in one test: the worker ticks while the test waits for what it sends.

#pragma once

#include "FaceBridgeCore/Sha256.h"
#include "FaceBridgeCore/Worker.h"
#include "Router.h"
#include "Schemas.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

// Draws when the test says so, and takes as many samples as `places` at once.
class HeldBack final : public facebridge::Renderer {
public:
    bool begin(const facebridge::RenderRequest& request) override {
        if (begun.size() >= places) {
            return false;
        }
        begun.push_back(request);
        return true;
    }

    bool finished(facebridge::RenderResult& result) override {
        if (drawn.empty()) {
            return false;
        }
        result = std::move(drawn.front());
        drawn.pop_front();
        return true;
    }

    static facebridge::RenderResult picture_of(const facebridge::RenderRequest& request) {
        facebridge::RenderResult result;
        const auto side = static_cast<std::uint32_t>(request.image_px);
        result.ticket = request.ticket;
        result.render_ms = 1;
        result.pixels = {{side, side, 3}, std::vector<std::uint8_t>(std::size_t{side} * side * 3, 9)};
        return result;
    }

    // The newest that was begun first: answers need no order.
    void draw_all() {
        while (!begun.empty()) {
            drawn.push_back(picture_of(begun.back()));
            begun.pop_back();
        }
    }

    std::size_t places = 100;
    std::vector<facebridge::RenderRequest> begun;
    std::deque<facebridge::RenderResult> drawn;
};

struct WorkerBench {
    explicit WorkerBench(facebridge::WorkerOptions given = options())
        : worker((given.link.address = coordinator.address, std::move(given)), tiny_schema(), renderer) {
        std::string problem;
        REQUIRE_MESSAGE(worker.start(problem), problem);
    }

    static facebridge::WorkerOptions options() {
        facebridge::WorkerOptions chosen;
        chosen.link.first_pause = std::chrono::milliseconds(20);
        chosen.instance = "0123456789abcdef";
        chosen.engine = "test";
        chosen.max_job_samples = 4;
        return chosen;
    }

    // A job whose samples are numbered from 100, all of the default character.
    static facebridge::Job job(std::int64_t request_id, std::uint32_t samples = 1, std::int64_t deadline_ms = 60'000) {
        facebridge::Job message;
        message.request_id = request_id;
        message.image_px = 8;
        message.deadline_ms = deadline_ms;
        message.parameters.shape = {samples, 4};
        message.choices.shape = {samples, 1};
        for (std::uint32_t sample = 0; sample < samples; ++sample) {
            message.indices.push_back(100 + sample);
            for (const float value : {0.0f, 0.0f, 0.1f, 1.0f}) {
                message.parameters.values.push_back(value);
            }
            message.choices.values.push_back(1);
        }
        return message;
    }

    facebridge::Hello greet() {
        facebridge::Hello hello = next<facebridge::Hello>();
        facebridge::Welcome welcome;
        welcome.heartbeat_ms = 50;
        coordinator.send(welcome);
        tick_until([this] { return worker.state() != facebridge::WorkerState::Connecting; });
        return hello;
    }

    // The next message, which must be of that kind.
    template <class Kind>
    Kind next() {
        facebridge::Message message;
        tick_until([&] { return coordinator.receive_within(message, std::chrono::milliseconds(1)); });
        REQUIRE(std::string(facebridge::kind_of(message)) == std::string(Kind::kKind));
        return std::get<Kind>(std::move(message));
    }

    template <class Condition>
    void tick_until(Condition condition) {
        const auto due = Router::Clock::now() + std::chrono::seconds(10);
        do {
            REQUIRE(Router::Clock::now() < due);
            worker.tick();
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        } while (!condition());
    }

    Router coordinator;
    HeldBack renderer;
    facebridge::Worker worker;
};
