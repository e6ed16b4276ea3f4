// The capture side: holds jobs within its credit, has them rendered sample by sample, and answers each exactly once.

#pragma once

#include "FaceBridgeCore/Character.h"
#include "FaceBridgeCore/Schema.h"
#include "FaceBridgeCore/Transport.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace facebridge {

// One sample to draw. `ticket` tells the answers apart; `digest` is the frame's.
struct RenderRequest {
    std::int64_t ticket = 0;
    Character character;
    int image_px = 0;
};

// One sample drawn, or why not: then `words` are not empty. `pixels` is (image_px, image_px, 3), sRGB, rows from the top.
struct RenderResult {
    std::int64_t ticket = 0;
    std::string words;
    ByteArray pixels;
    double render_ms = 0;
};

// What draws: an engine's render target and readback, or a pattern. Both methods are called by `Worker::tick` only, on
// its thread, and neither may block.
class Renderer {
public:
    virtual ~Renderer() = default;

    // Start drawing; false when no more can be taken now.
    virtual bool begin(const RenderRequest& request) = 0;

    // The next sample that is ready; false when there is none.
    virtual bool finished(RenderResult& result) = 0;
};

struct WorkerOptions {
    TransportOptions link;  // address, keys and times; its hello is filled from the rest
    std::string software;
    std::string instance;  // fresh for each process
    std::int64_t pid = 0;
    std::string engine;
    std::string engine_version;
    std::string renderer;
    std::int64_t credit = 2;
    std::int64_t max_image_px = 2048;
    std::int64_t max_job_samples = 256;
};

enum class WorkerState { Stopped, Connecting, Working, Draining, Drained, Refused };

// Counts since the start. late: samples drawn although their answer was no longer wanted.
struct WorkerCounts {
    std::int64_t frames = 0;
    std::int64_t fails = 0;
    std::int64_t late = 0;
    std::int64_t losses = 0;
};

// Call `tick` from the thread that owns the renderer, often: it never blocks.
class Worker {
public:
    Worker(WorkerOptions options, Schema schema, Renderer& renderer);
    ~Worker();

    // Start connecting; false, with a sentence, for an address, keys or limits that cannot be used.
    bool start(std::string& problem);

    // Take what came, hand out what can be drawn, send what is drawn, and fail what is past its deadline.
    void tick();

    // Say goodbye and end; harmless when repeated.
    void stop();

    WorkerState state() const { return state_; }
    const std::string& words() const { return words_; }  // why it was lost or refused
    const WorkerCounts& counts() const { return counts_; }

private:
    using Clock = std::chrono::steady_clock;

    struct Held;

    void take(LinkEvent& event);
    void accept(Job& job);
    std::string unfit(const Job& job) const;
    void refuse(const Job& job, const char* code, const std::string& words);
    void hand_out();
    void collect();
    void check_deadlines();
    void fail(Held& held, std::size_t row, const char* code, const std::string& words);
    void send(const Message& message);
    void discard();
    void drop_finished();

    WorkerOptions options_;
    Schema schema_;
    Renderer& renderer_;
    std::unique_ptr<Transport> link_;
    std::deque<std::unique_ptr<Held>> held_;
    WorkerState state_ = WorkerState::Stopped;
    std::string words_;
    WorkerCounts counts_;
    std::int64_t tickets_ = 0;
};

}  // namespace facebridge
