// The capture side: holds jobs within its credit, has them rendered sample by sample, and answers each exactly once.

#pragma once

#include "FaceBridgeCore/Character.h"
#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Schema.h"
#include "FaceBridgeCore/Transport.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace facebridge {

// One sample to draw. `ticket` tells the answers apart.
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

    // Start drawing; false when no more can be taken now. As many are begun before one is finished as are taken, so
    // that one picture of an engine may show several characters.
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
    std::chrono::milliseconds hang{30'000};    // how long a render may overrun its job's deadline
    std::chrono::milliseconds notice{10'000};  // how long `leave` waits for somebody to tell
};

enum class WorkerState {
    Stopped,
    Connecting,
    Working,
    Draining,  // finishes what it holds and takes nothing new
    Leaving,   // see `leave`
    Drained,   // over: the coordinator has all that it wanted
    Left,      // over: after `leave`
    Hung,      // over: a render did not come back; the process should end
    Refused,   // over: the coordinator's words say why
};

// Counts since the start. late: samples drawn although their answer was no longer wanted.
struct WorkerCounts {
    std::int64_t frames = 0;
    std::int64_t fails = 0;
    std::int64_t late = 0;
    std::int64_t losses = 0;
};

class HeldJob;

// Takes jobs, answers each sample exactly once, and after a loss connects again for more: whoever runs it decides how
// often to hope. Call `tick` from the thread that owns the renderer, often: it never blocks.
class FACEBRIDGECORE_API Worker {
public:
    Worker(WorkerOptions options, Schema schema, Renderer& renderer);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Start connecting; false, with a sentence, for an address, keys or limits that cannot be used.
    bool start(std::string& problem);

    // Take what came, hand out what can be drawn, send what is drawn, and fail what is past its deadline.
    void tick();

    // Tell the coordinator why this engine cannot go on, such as a failed self-test, and end: every sample that it holds
    // fails with these words; if it holds none, those of the next job do. `tick` on until `over`.
    void leave(const std::string& words);

    // Say goodbye and end within 200 ms; harmless when repeated.
    void stop();

    WorkerState state() const { return state_; }
    bool over() const;                                   // whether nothing happens any more until `start`
    const std::string& words() const { return words_; }  // why it was lost, was refused, left or hung
    const WorkerCounts& counts() const { return counts_; }

private:
    using Clock = std::chrono::steady_clock;

    void take(LinkEvent& event);
    void accept(Job& job, Clock::time_point received);
    void refuse(const Job& job, const char* code, const std::string& words);
    void hand_out();
    void collect();
    void answer(HeldJob& held, std::size_t row, RenderResult& result);
    void check_deadlines();
    void fail_all(HeldJob& held, const char* code, const std::string& words);
    void fail(HeldJob& held, std::size_t row, const char* code, const std::string& words);
    void send_fail(std::int64_t request_id, std::int64_t index, const char* code, const std::string& words);
    void send(const Message& message);
    void part(WorkerState after, const std::string& reason);
    void drop_finished();

    WorkerOptions options_;
    Schema schema_;
    Renderer& renderer_;
    std::unique_ptr<Transport> link_;
    std::deque<std::unique_ptr<HeldJob>> held_;
    WorkerState state_ = WorkerState::Stopped;
    WorkerState after_ = WorkerState::Stopped;  // once the goodbye of `part` is said
    bool parting_ = false;
    Clock::time_point leave_by_;
    std::string words_;
    WorkerCounts counts_;
    std::int64_t tickets_ = 0;
};

}  // namespace facebridge
