// Capturing without an engine: cells and crops, waiting in words, the self-test's judgements, the command line.

#include "FaceBridgeCore/CaptureChecks.h"
#include "FaceBridgeCore/CaptureGrid.h"
#include "FaceBridgeCore/CaptureSettling.h"
#include "FaceBridgeCore/FarmOptions.h"
#include "Schemas.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace facebridge;

namespace {

ByteArray picture(std::uint32_t px, const Rgb& colour) {
    ByteArray found;
    found.shape = {px, px, 3};
    for (std::uint32_t pixel = 0; pixel < px * px; ++pixel) {
        found.values.insert(found.values.end(), colour.begin(), colour.end());
    }
    return found;
}

// A grey picture whose middle is `value`.
ByteArray face(std::uint8_t value) {
    ByteArray found = picture(64, {90, 90, 90});
    std::fill(found.values.begin() + 64 * 30 * 3, found.values.begin() + 64 * 34 * 3, value);
    return found;
}

bool judged(const std::vector<std::pair<std::uint8_t, std::uint8_t>>& cells, std::string& problem) {
    CaptureChecks checks(tiny_schema(), cells.size());
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
        checks.take(0, cell, face(cells[cell].first));
        checks.take(1, cell, face(cells[cell].second));
        checks.take(2, cell, face(cells[cell].first));
    }
    return checks.judge(problem);
}

}  // namespace

TEST_CASE("a sample is cut out of a frame whose rows are longer than its pixels, with red first") {
    std::vector<std::uint8_t> memory(3 * 20, 0);
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 4; ++column) {
            std::uint8_t* at = memory.data() + row * 20 + column * 4;
            at[0] = static_cast<std::uint8_t>(100 + column);
            at[1] = static_cast<std::uint8_t>(50 + row);
            at[2] = static_cast<std::uint8_t>(10 * row + column);
            at[3] = 7;
        }
    }
    const BgraFrame frame{memory.data(), 20, 4, 3};
    ByteArray pixels;
    REQUIRE(crop(frame, 2, 1, 2, pixels));
    CHECK(pixels.shape == std::vector<std::uint32_t>{2, 2, 3});
    CHECK(pixels.values == std::vector<std::uint8_t>{12, 51, 102, 13, 51, 103, 22, 52, 102, 23, 52, 103});
    CHECK_FALSE(crop(frame, 3, 1, 2, pixels));
    CHECK_FALSE(crop(frame, 0, 0, 4, pixels));
    CHECK_FALSE(crop({memory.data(), 12, 4, 3}, 0, 0, 2, pixels));
    CHECK_FALSE(crop({nullptr, 20, 4, 3}, 0, 0, 2, pixels));
}

TEST_CASE("a cell is drawn after its character stood for the frames to settle, and free again at once") {
    CaptureGrid grid(2, 2, 8);
    REQUIRE(grid.pose(11, 256) == 0);
    CHECK(grid.advance().empty());
    REQUIRE(grid.pose(12, 256) == 1);
    CHECK_FALSE(grid.pose(13, 256));
    CHECK(grid.advance() == std::vector<std::size_t>{0});
    CHECK(grid.drawn(0) == 11);
    CHECK(grid.pose(13, 256) == 0);
    CHECK(grid.advance() == std::vector<std::size_t>{1});
    CHECK(grid.drawn(1) == 12);
    CHECK(grid.advance() == std::vector<std::size_t>{0});
    CHECK(grid.drawn(0) == 13);
}

TEST_CASE("what is ripe and was not drawn stays ripe") {
    CaptureGrid grid(1, 1, 1);
    REQUIRE(grid.pose(1, 64));
    CHECK(grid.advance().size() == 1);
    CHECK(grid.advance().size() == 1);
}

TEST_CASE("no more characters are posed than pictures can be read back") {
    CaptureGrid grid(2, 1, 2);
    REQUIRE(grid.pose(1, 256));
    REQUIRE(grid.advance().size() == 1);
    grid.drawn(0);
    REQUIRE(grid.pose(2, 256));
    CHECK_FALSE(grid.pose(3, 256));
    grid.read();
    CHECK(grid.pose(3, 256));
}

TEST_CASE("pictures of another size wait until the render target is free") {
    CaptureGrid grid(2, 1, 4);
    REQUIRE(grid.pose(1, 256));
    CHECK_FALSE(grid.pose(2, 512));
    grid.advance();
    grid.drawn(0);
    CHECK_FALSE(grid.pose(2, 512));
    grid.read();
    CHECK(grid.idle());
    CHECK(grid.pose(2, 512));
    CHECK(grid.image_px() == 512);
}

TEST_CASE("an engine is ready after its work has ended and the warm-up was drawn without new work") {
    CaptureSettling settling(2, 60);
    CHECK(settling.step({"a level", 0, 0, 0, false}, 0) == SettlingState::Waiting);
    CHECK(settling.words() == "Waiting for a level.");
    CHECK(settling.step({"", 312, 1, 2, true}, 1) == SettlingState::Waiting);
    CHECK(settling.words() == "Waiting for packages to load, 312 shaders to compile, 1 asset to compile, 2 textures and "
                              "meshes to stream in.");
    CHECK(settling.step({}, 2) == SettlingState::WarmingUp);
    CHECK(settling.step({"", 1, 0, 0, false}, 3) == SettlingState::Waiting);
    CHECK(settling.step({}, 4) == SettlingState::WarmingUp);
    CHECK(settling.words() == "Warming up: 2 more frames.");
    CHECK(settling.step({}, 5) == SettlingState::WarmingUp);
    CHECK(settling.step({}, 6) == SettlingState::Ready);
    CHECK(settling.step({"", 9, 0, 0, false}, 7) == SettlingState::Ready);
}

TEST_CASE("waiting ends with what was waited for and what to do") {
    CaptureSettling settling(1, 30);
    settling.step({"", 5, 0, 0, false}, 100);
    CHECK(settling.step({"", 5, 0, 0, false}, 130) == SettlingState::Waiting);
    CHECK(settling.step({"", 4, 0, 0, false}, 131) == SettlingState::Failed);
    CHECK(settling.words().find("After 30 s the engine still waits for 4 shaders to compile; open the project") == 0);
    settling.restart();
    CHECK(settling.step({"a character", 0, 0, 0, false}, 500) == SettlingState::Waiting);
}

TEST_CASE("the self-test passes an engine that draws what it is told, in every cell") {
    std::string problem;
    CHECK_MESSAGE(judged({{40, 200}, {41, 199}}, problem), problem);
}

TEST_CASE("the self-test says what is wrong with an engine's pictures") {
    std::string problem;
    CHECK_FALSE(judged({{40, 200}, {40, 40}}, problem));
    CHECK(problem.find("differ in every parameter gave the same picture in cell 2 of the grid") != std::string::npos);
    CHECK_FALSE(judged({{40, 200}, {80, 200}}, problem));
    CHECK(problem.find("looks different in cell 2 of the grid and cell 1") != std::string::npos);
    CaptureChecks checks(tiny_schema(), 1);
    CHECK_FALSE(checks.judge(problem));
    CHECK(problem.find("no three pictures") != std::string::npos);
    checks.take(0, 0, face(40));
    checks.take(1, 0, face(200));
    checks.take(2, 0, face(60));
    CHECK_FALSE(checks.judge(problem));
    CHECK(problem.find("drawn twice differs in cell 1 of the grid (by 1.25 of 255 on average and 20 at most)") !=
          std::string::npos);
    checks.take(2, 0, picture(64, kSentinel));
    CHECK_FALSE(checks.judge(problem));
    CHECK(problem.find("100 % of the picture") == 0);
}

TEST_CASE("the two characters of the self-test differ in every parameter and suit the schema") {
    const Schema schema = tiny_schema();
    const CaptureChecks checks(schema, 1);
    std::string problem;
    for (int step = 0; step < CaptureChecks::kSteps; ++step) {
        Character character = checks.character(step);
        CHECK_MESSAGE(check_character(schema, character, problem), problem);
    }
    CHECK(changed_positions(checks.character(0), checks.character(1)).size() == schema.parameters.size());
    CHECK(checks.character(0) == checks.character(2));
}

TEST_CASE("a picture with the sentinel in it was not drawn, wherever that is") {
    std::string problem;
    ByteArray pixels = face(40);
    CHECK(check_drawn(pixels, problem));
    for (std::size_t row = 0; row < 2; ++row) {
        std::copy_n(kSentinel.begin(), 3, pixels.values.end() - 3 - static_cast<std::ptrdiff_t>(row * 64 * 3));
    }
    std::copy_n(kSentinel.begin(), 3, pixels.values.begin());
    std::copy_n(kSentinel.begin(), 3, pixels.values.begin() + 3);
    std::copy_n(kSentinel.begin(), 3, pixels.values.begin() + 6);
    CHECK_FALSE(check_drawn(pixels, problem));
    CHECK(problem.find("0.1 % of the picture") == 0);
    CHECK_FALSE(check_drawn({}, problem));
}

TEST_CASE("a grey card tells right colours, a missing and a double gamma, and swapped channels apart") {
    std::string problem;
    const Rgb card = {srgb_byte(0.5), srgb_byte(0.25), srgb_byte(0.1)};
    CHECK(card == Rgb{188, 137, 89});
    CHECK(check_card(picture(8, {190, 135, 89}), card, problem));
    const std::vector<std::pair<Rgb, std::string>> cases = {
        {{191, 137, 89}, "cannot be trusted"},     {{128, 64, 26}, "not at all"},
        {{221, 191, 158}, "sRGB is encoded twice"}, {{89, 137, 188}, "red and blue are swapped"}};
    for (const auto& [found, words] : cases) {
        CHECK_FALSE(check_card(picture(8, found), card, problem));
        CHECK_MESSAGE(problem.find(words) != std::string::npos, problem);
    }
    ByteArray uneven = picture(8, card);
    uneven.values[0] = 0;
    CHECK_FALSE(check_card(uneven, card, problem));
    CHECK(problem.find("and not even") != std::string::npos);
}

TEST_CASE("the command line's switches are read among those of others, quoted or not") {
    FarmOptions options;
    std::string problem;
    REQUIRE_MESSAGE(read_farm_options(R"("C:\My Game\G.uproject" /Game/Map -game -RenderOffScreen )"
                                      R"(-facebridgefarm=tcp://10.0.0.1:5858 -FaceBridgeFarmKeys="C:\a key.json" )"
                                      R"(-FaceBridgeGrid=4x2 -FaceBridgeSettle=3 -FaceBridgeNoSelfTest)",
                                      options, problem),
                    problem);
    CHECK(options.farm == "tcp://10.0.0.1:5858");
    CHECK(options.farm_keys == R"(C:\a key.json)");
    CHECK(options.columns == 4);
    CHECK(options.rows == 2);
    CHECK(options.settle == 3);
    CHECK(options.no_self_test);
    CHECK_FALSE(options.service);
    CHECK_FALSE(options.warm_up);
    REQUIRE(read_farm_options("", options, problem));
    CHECK_FALSE(options.farm);
}

TEST_CASE("a wrong switch is named with what was expected") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"-FaceBridgeFarm=10.0.0.1:5858", "-FaceBridgeFarm is '10.0.0.1:5858', expected an address"},
        {"-FaceBridgeFarm", "expected an address"},
        {"-FaceBridgeGrid=4", "expected COLUMNSxROWS"},
        {"-FaceBridgeGrid=0x4", "expected COLUMNSxROWS"},
        {"-FaceBridgePx=63", "a whole number from 64 to 2048"},
        {"-FaceBridgeWarmUp=-1", "a whole number from 1 to 600"},
        {"-FaceBridgeKeys=", "a key file"},
        {"-FaceBridgeFram=tcp://x:1", "no switch -FaceBridgeFram; there are -FaceBridgeService"},
        {"-FaceBridgeNoSelfTest=1", "no switch -FaceBridgeNoSelfTest"}};
    for (const auto& each : cases) {
        const std::string line = each.first;  // not a structured binding: CAPTURE puts it into a lambda
        const std::string words = each.second;
        CAPTURE(line);
        FarmOptions options;
        std::string problem;
        CHECK_FALSE(read_farm_options("Game " + line, options, problem));
        CHECK_MESSAGE(problem.find(words) != std::string::npos, problem);
    }
}
