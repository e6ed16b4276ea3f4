// facebridge-null-engine: a capture worker that draws no face but its parameters, to prove a farm without an engine.
//
//   facebridge-null-engine --connect tcp://HOST:PORT --schema SCHEMA.json [--keys CLIENT.json] [--name NAME]
//                          [--unfit WORDS]
//
// With --unfit it draws nothing, tells the farm these words, and leaves, as an engine does whose self-test failed.
//
// The first pixels of a picture, row by row, hold one value each as 24 bits, red first: every parameter as its share of
// its range times 2^24 - 1, then every choice's option number. Below them lies a ramp, so that no picture is flat.

#include "FaceBridgeCore/Files.h"
#include "FaceBridgeCore/KeyFile.h"
#include "FaceBridgeCore/Worker.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <random>
#include <string>
#include <thread>

#ifdef _WIN32
#include <process.h>
#else
#include <unistd.h>
#endif

using namespace facebridge;

namespace {

volatile std::sig_atomic_t stopped = 0;

void on_signal(int) { stopped = 1; }

class PatternRenderer final : public Renderer {
public:
    explicit PatternRenderer(const Schema& schema) : schema_(schema) {}

    bool begin(const RenderRequest& request) override {
        if (drawn_.size() >= 4) {
            return false;
        }
        const auto began = std::chrono::steady_clock::now();
        RenderResult result;
        result.ticket = request.ticket;
        draw(request, result);
        const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - began;
        result.render_ms = spent.count();
        drawn_.push_back(std::move(result));
        return true;
    }

    bool finished(RenderResult& result) override {
        if (drawn_.empty()) {
            return false;
        }
        result = std::move(drawn_.front());
        drawn_.pop_front();
        return true;
    }

private:
    void draw(const RenderRequest& request, RenderResult& result) const {
        const auto side = static_cast<std::uint32_t>(request.image_px);
        std::vector<std::uint32_t> codes;
        for (std::size_t index = 0; index < schema_.parameters.size(); ++index) {
            const Parameter& parameter = schema_.parameters[index];
            const double span = parameter.maximum - parameter.minimum;
            const double share = (request.character.parameters[index] - parameter.minimum) / span;
            codes.push_back(static_cast<std::uint32_t>(std::clamp(share, 0.0, 1.0) * 0xffffff + 0.5));
        }
        codes.insert(codes.end(), request.character.choices.begin(), request.character.choices.end());
        if (codes.size() > std::size_t{side} * side / 2) {
            result.words = "A picture of " + std::to_string(side) + " px has no room for " + std::to_string(codes.size()) +
                           " values; ask for a larger one.";
            return;
        }
        result.pixels.shape = {side, side, 3};
        std::vector<std::uint8_t>& pixels = result.pixels.values;
        pixels.resize(std::size_t{side} * side * 3);
        for (std::size_t pixel = 0; pixel < std::size_t{side} * side; ++pixel) {
            const std::uint32_t ramp = static_cast<std::uint32_t>(pixel / side * 255 / side);
            const std::uint32_t code = pixel < codes.size() ? codes[pixel] : ramp << 16 | ramp << 8 | (255 - ramp);
            pixels[pixel * 3] = static_cast<std::uint8_t>(code >> 16);
            pixels[pixel * 3 + 1] = static_cast<std::uint8_t>(code >> 8 & 0xff);
            pixels[pixel * 3 + 2] = static_cast<std::uint8_t>(code & 0xff);
        }
    }

    const Schema& schema_;
    std::deque<RenderResult> drawn_;
};

int fail(const std::string& words) {
    std::fprintf(stderr, "facebridge-null-engine: error: %s\n", words.c_str());
    return 1;
}

std::string fresh_id() {
    std::random_device random;
    char text[17];
    std::snprintf(text, sizeof(text), "%08x%08x", random(), random());
    return text;
}

}  // namespace

int main(int count, char** arguments) {
    WorkerOptions options;
    options.engine = "null";
    std::string schema_path;
    std::string unfit;
    std::string problem;
    for (int at = 1; at + 1 < count; at += 2) {
        const std::string name = arguments[at];
        const std::string value = arguments[at + 1];
        if (name == "--connect") {
            options.link.address = value;
        } else if (name == "--schema") {
            schema_path = value;
        } else if (name == "--name") {
            options.engine = value;
        } else if (name == "--unfit") {
            unfit = value;
        } else if (name == "--keys") {
            CurveKeys keys;
            if (!read_keys(value, keys, problem)) {
                return fail(problem);
            }
            options.link.keys = keys;
        } else {
            return fail("Unknown option '" + name + "'; expected --connect, --schema, --keys, --name or --unfit.");
        }
    }
    if (count % 2 == 0 || options.link.address.empty() || schema_path.empty()) {
        return fail("Give --connect tcp://HOST:PORT and --schema FILE, as `facebridge schema export` writes it.");
    }
    Bytes json;
    Schema schema;
    if (!read_file(schema_path, limits::kSchemaBytes, json, problem) || !read_schema(json, schema, problem)) {
        return fail(problem);
    }
    options.software = "facebridge-null-engine";
    options.instance = fresh_id();
#ifdef _WIN32
    options.pid = _getpid();
#else
    options.pid = getpid();
#endif
    options.engine_version = "1";
    options.renderer = "none";
    PatternRenderer renderer(schema);
    Worker worker(options, schema, renderer);
    if (!worker.start(problem)) {
        return fail(problem);
    }
    if (!unfit.empty()) {
        worker.leave(unfit);
    }
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    int losses = 0;
    while (stopped == 0 && !worker.over()) {
        worker.tick();
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        // A coordinator that does not come back within a few tries is gone for good.
        losses = static_cast<int>(worker.counts().losses);
        if (losses >= 5 && worker.state() == WorkerState::Connecting) {
            return fail(worker.words());
        }
    }
    worker.stop();
    if (worker.state() == WorkerState::Refused || worker.state() == WorkerState::Hung || worker.state() == WorkerState::Left) {
        return fail(worker.words());
    }
    std::printf("facebridge-null-engine: %lld frames, %lld failed, %lld late\n",
                static_cast<long long>(worker.counts().frames), static_cast<long long>(worker.counts().fails),
                static_cast<long long>(worker.counts().late));
    return 0;
}
