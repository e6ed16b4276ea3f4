// Runs the checks of an engine's pictures a step at a time, and never waits: see CaptureSelfTest.h.

#include "FaceBridgeCore/CaptureSelfTest.h"

#include <utility>

namespace facebridge {
namespace {

// Nothing came back from the GPU for as many frames: it never will.
constexpr int kPatienceFrames = 600;

// Three different shares of light: a swapped channel shows as well as a wrong gamma does.
constexpr std::array<double, 3> kCard = {0.5, 0.25, 0.1};

}  // namespace

CaptureSelfTest::CaptureSelfTest(const Schema& schema, std::size_t cells, int image_px, CaptureRenderer& renderer)
    : checks_(schema, cells), renderer_(renderer), cells_(cells), image_px_(image_px) {}

SelfTestState CaptureSelfTest::fail(const std::string& words) {
    words_ = "The self-test failed: " + words;
    state_ = SelfTestState::Failed;
    return state_;
}

bool CaptureSelfTest::begin_next() {
    if (step_ < 0) {
        return renderer_.begin_card(0, image_px_, kCard);
    }
    // All cells are free when a step begins, so that they are posed in their order.
    return renderer_.begin({static_cast<std::int64_t>(begun_), checks_.character(step_), image_px_});
}

SelfTestState CaptureSelfTest::tick() {
    if (state_ != SelfTestState::Running) {
        return state_;
    }
    const std::size_t wanted = step_ < 0 ? 1 : cells_;
    while (begun_ < wanted && begin_next()) {
        ++begun_;
    }
    if (take_finished() != SelfTestState::Running) {
        return state_;
    }
    if (finished_ < wanted) {
        return ++idle_frames_ < kPatienceFrames
                   ? state_
                   : fail("No picture came back from the GPU in " + std::to_string(kPatienceFrames) +
                          " frames; check the driver and the log.");
    }
    ++step_;
    begun_ = 0;
    finished_ = 0;
    if (step_ == CaptureChecks::kSteps) {
        std::string problem;
        if (!checks_.judge(problem)) {
            return fail(problem);
        }
        state_ = SelfTestState::Passed;
    }
    return state_;
}

SelfTestState CaptureSelfTest::take_finished() {
    RenderResult result;
    while (renderer_.finished(result)) {
        std::string problem;
        if (!result.words.empty()) {
            return fail(result.words);
        }
        if (step_ < 0) {
            const Rgb expected = {srgb_byte(kCard[0]), srgb_byte(kCard[1]), srgb_byte(kCard[2])};
            if (!check_card(result.pixels, expected, problem)) {
                return fail(problem);
            }
        } else {
            checks_.take(step_, static_cast<std::size_t>(result.ticket), std::move(result.pixels));
        }
        ++finished_;
        idle_frames_ = 0;
    }
    return state_;
}

}  // namespace facebridge
