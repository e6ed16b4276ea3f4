// A whole engine's capture without an engine: characters drawn frames after they are posed, pictures that come back late.

#include "FaceBridgeCore/CaptureChecks.h"
#include "FaceBridgeCore/CaptureSelfTest.h"
#include "Schemas.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace facebridge;

namespace {

// Draws a grey square whose shade is the nose's width. What it is told reaches its GPU `lag` frames later.
class SlowStage final : public CaptureStage {
public:
    std::size_t count = 2;
    int lag = 1;                  // frames between a pose and its shape on the GPU
    int delay = 2;                // frames until a picture is back
    std::size_t readbacks = 6;
    bool encodes = true;          // whether light becomes sRGB
    bool draws = true;            // else the sentinel stays
    bool answers = true;          // else nothing ever comes back
    int drift = 0;                // what each picture is brighter by than the one before it
    int tint = 0;                 // of all cells but the first
    std::string refuses;          // what pose answers
    std::vector<int> drawn_in;    // frames in which something was drawn

    std::size_t cells() const override { return count; }

    bool pose(std::size_t cell, const Character& character, std::string& problem) override {
        problem = refuses;
        shapes_.resize(count, std::vector<float>(1, 0.0f));
        std::vector<float>& history = shapes_[cell];
        history.resize(static_cast<std::size_t>(frame_) + 1, history.back());
        history.back() = character.parameters[2];
        return refuses.empty();
    }

    void resize(int image_px) override {
        CHECK((image_px == px_ || waiting_.empty()));
        px_ = image_px;
    }

    bool draw(std::size_t cell, int image_px, std::int64_t ticket) override {
        CHECK(image_px == px_);
        drawn_in.push_back(frame_);
        const std::vector<float>& history = shapes_.at(cell);
        const int shown = std::max(frame_ - lag, 0);
        const float width = history[std::min(static_cast<std::size_t>(shown), history.size() - 1)];
        const int shade = static_cast<int>(128 + 60 * width) + drift * drawn_++ + (cell == 0 ? 0 : tint);
        const auto value = static_cast<std::uint8_t>(std::clamp(shade, 0, 255));
        return start({value, value, value}, ticket);
    }

    bool fill(const std::array<double, 3>& light, int, std::int64_t ticket) override {
        Rgb colour{};
        for (std::size_t channel = 0; channel < 3; ++channel) {
            colour[channel] = encodes ? srgb_byte(light[channel]) : static_cast<std::uint8_t>(light[channel] * 255);
        }
        return start(colour, ticket);
    }

    std::vector<CapturePicture> collect() override {
        ++frame_;
        std::vector<CapturePicture> found;
        while (answers && !waiting_.empty() && waiting_.front().first <= frame_) {
            found.push_back(std::move(waiting_.front().second));
            waiting_.pop_front();
        }
        return found;
    }

private:
    bool start(const Rgb& colour, std::int64_t ticket) {
        if (waiting_.size() >= readbacks) {
            return false;
        }
        CapturePicture picture;
        picture.ticket = ticket;
        const auto side = static_cast<std::uint32_t>(px_);
        picture.pixels.shape = {side, side, 3};
        for (std::uint32_t pixel = 0; pixel < side * side; ++pixel) {
            const Rgb& shown = draws || pixel % 2 == 0 ? colour : kSentinel;
            picture.pixels.values.insert(picture.pixels.values.end(), shown.begin(), shown.end());
        }
        waiting_.emplace_back(frame_ + delay, std::move(picture));
        return true;
    }

    int frame_ = 0;
    int drawn_ = 0;
    int px_ = 0;
    std::vector<std::vector<float>> shapes_;
    std::deque<std::pair<int, CapturePicture>> waiting_;
};

SelfTestState tested(SlowStage& stage, int settle, std::string& words) {
    CaptureRenderer renderer(stage, settle, stage.readbacks);
    CaptureSelfTest test(tiny_schema(), stage.count, 16, renderer);
    SelfTestState state = SelfTestState::Running;
    for (int frame = 0; frame < 2000 && state == SelfTestState::Running; ++frame) {
        renderer.tick();
        state = test.tick();
    }
    words = test.words();
    return state;
}

RenderRequest request(std::int64_t ticket, float width, int px = 8) {
    Character character = neutral_character(tiny_schema());
    character.parameters[2] = width;
    return {ticket, character, px};
}

}  // namespace

TEST_CASE("the self-test passes an engine that is given the frames it needs") {
    SlowStage stage;
    std::string words;
    SUBCASE("two cells") {}
    SUBCASE("eight, with few readbacks") {
        stage.count = 8;
        stage.readbacks = 3;
    }
    SUBCASE("one, that is slow") {
        stage.count = 1;
        stage.delay = 5;
    }
    CHECK_MESSAGE(tested(stage, 2, words) == SelfTestState::Passed, words);
}

TEST_CASE("the self-test finds pictures that are taken before the new shape is drawn") {
    SlowStage stage;
    stage.lag = 4;
    std::string words;
    CHECK(tested(stage, 1, words) == SelfTestState::Failed);
    CHECK(words.find("The self-test failed: ") == 0);
    CHECK_MESSAGE(tested(stage, 5, words) == SelfTestState::Passed, words);
}

TEST_CASE("the self-test says what is wrong with an engine") {
    SlowStage stage;
    std::string words;
    SUBCASE("light that is not encoded") {
        stage.encodes = false;
        CHECK(tested(stage, 2, words) == SelfTestState::Failed);
        CHECK_MESSAGE(words.find("sRGB is encoded not at all") != std::string::npos, words);
    }
    SUBCASE("a target that is not drawn") {
        stage.draws = false;
        CHECK(tested(stage, 2, words) == SelfTestState::Failed);
        CHECK_MESSAGE(words.find("50 % of the picture") != std::string::npos, words);
    }
    SUBCASE("a scene that changes by itself") {
        stage.drift = 3;
        CHECK(tested(stage, 2, words) == SelfTestState::Failed);
        CHECK_MESSAGE(words.find("drawn twice differs") != std::string::npos, words);
    }
    SUBCASE("light that reaches one cell only") {
        stage.tint = 30;
        CHECK(tested(stage, 2, words) == SelfTestState::Failed);
        CHECK_MESSAGE(words.find("looks different in cell 2") != std::string::npos, words);
    }
    SUBCASE("a GPU that gives nothing back") {
        stage.answers = false;
        CHECK(tested(stage, 2, words) == SelfTestState::Failed);
        CHECK_MESSAGE(words.find("No picture came back from the GPU in 600 frames") != std::string::npos, words);
    }
    SUBCASE("a character that takes no values") {
        stage.refuses = "The mesh is gone.";
        CHECK(tested(stage, 2, words) == SelfTestState::Failed);
        CHECK_MESSAGE(words.find("The mesh is gone.") != std::string::npos, words);
    }
}

TEST_CASE("every picture shows its own character, and one frame yields as many as there are cells") {
    SlowStage stage;
    stage.count = 4;
    stage.readbacks = 12;
    CaptureRenderer renderer(stage, 2, stage.readbacks);
    std::int64_t begun = 0;
    std::int64_t finished = 0;
    const auto width = [](std::int64_t ticket) { return static_cast<float>(ticket % 21) / 10.0f - 1.0f; };
    for (int frame = 0; frame < 200 && finished < 120; ++frame) {
        renderer.tick();
        RenderResult result;
        while (renderer.finished(result)) {
            CHECK(result.words.empty());
            const int expected = static_cast<int>(128 + 60 * width(result.ticket));
            CHECK(std::abs(int{result.pixels.values[0]} - expected) <= 1);
            ++finished;
        }
        while (begun < 120 && renderer.begin(request(begun, width(begun)))) {
            ++begun;
        }
    }
    CHECK(finished == 120);
    CHECK(stage.drawn_in.size() == 120);
    CHECK(std::count(stage.drawn_in.begin(), stage.drawn_in.end(), stage.drawn_in[60]) == 4);
}

TEST_CASE("a picture of another size waits until those under way are back") {
    SlowStage stage;
    CaptureRenderer renderer(stage, 1, stage.readbacks);
    REQUIRE(renderer.begin(request(1, 0.5f, 8)));
    CHECK_FALSE(renderer.begin(request(2, 0.5f, 16)));
    CHECK_FALSE(renderer.begin_card(3, 8, {0.5, 0.5, 0.5}));
    RenderResult result;
    for (int frame = 0; frame < 10 && !renderer.finished(result); ++frame) {
        renderer.tick();
    }
    CHECK(result.ticket == 1);
    CHECK(result.pixels.shape[0] == 8);
    CHECK(renderer.begin(request(2, 0.5f, 16)));
}

TEST_CASE("an undrawn picture is refused in words long after the self-test") {
    SlowStage stage;
    stage.draws = false;
    CaptureRenderer renderer(stage, 1, stage.readbacks);
    REQUIRE(renderer.begin(request(7, 0.5f)));
    RenderResult result;
    for (int frame = 0; frame < 10 && !renderer.finished(result); ++frame) {
        renderer.tick();
    }
    CHECK(result.ticket == 7);
    CHECK(result.pixels.values.empty());
    CHECK(result.words.find("did not draw there") != std::string::npos);
}
