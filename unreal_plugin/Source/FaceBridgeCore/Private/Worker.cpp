// The capture side's turns: see docs/protocol.md, section 4, for what each line of it promises.

#include "FaceBridgeCore/Worker.h"

#include "FaceBridgeCore/Codec.h"

#include "HeldJob.h"

#include <algorithm>
#include <utility>

namespace facebridge {
namespace {

// Pictures that wait for the network before no more are begun: a coordinator that reads slowly must not fill the memory.
constexpr std::size_t kMostUnsent = 32;

}  // namespace

Worker::Worker(WorkerOptions options, Schema schema, Renderer& renderer)
    : options_(std::move(options)), schema_(std::move(schema)), renderer_(renderer) {
    Hello& hello = options_.link.hello;
    hello.role = "engine";
    hello.software = options_.software;
    hello.instance = options_.instance;
    hello.pid = options_.pid;
    hello.engine = options_.engine;
    hello.engine_version = options_.engine_version;
    hello.renderer = options_.renderer;
    hello.schema_hash = schema_.hash;
    hello.credit = options_.credit;
    hello.max_image_px = options_.max_image_px;
    hello.max_job_samples = options_.max_job_samples;
    hello.schema = schema_.source;
}

Worker::~Worker() { stop(); }

bool Worker::start(std::string& problem) {
    const auto within = [](std::int64_t value, std::int64_t most) { return value >= 1 && value <= most; };
    if (!within(options_.credit, 64) || !within(options_.max_image_px, limits::kImagePx) ||
        !within(options_.max_job_samples, limits::kItems) || options_.instance.empty()) {
        problem = "A worker needs a credit of 1 to 64, pictures of 1 to 4096 px, jobs of 1 to 4096 samples and an instance id.";
        return false;
    }
    // Room for an answer to every sample that the credit allows, so that none is lost while the network is slow.
    const auto answers = static_cast<std::size_t>(options_.credit * (options_.max_job_samples + 1));
    options_.link.queue_messages = std::max(options_.link.queue_messages, answers + kMostUnsent);
    held_.clear();
    parting_ = false;
    link_ = std::make_unique<Transport>(options_.link);
    if (!link_->start(problem)) {
        link_.reset();
        return false;
    }
    state_ = WorkerState::Connecting;
    return true;
}

void Worker::stop() {
    link_.reset();
    held_.clear();
    if (!over()) {
        state_ = parting_ ? after_ : WorkerState::Stopped;
    }
}

bool Worker::over() const {
    return state_ == WorkerState::Stopped || state_ == WorkerState::Drained || state_ == WorkerState::Left ||
           state_ == WorkerState::Hung || state_ == WorkerState::Refused;
}

void Worker::leave(const std::string& words) {
    if (link_ == nullptr || parting_ || state_ == WorkerState::Leaving) {
        return;
    }
    words_ = words;
    state_ = WorkerState::Leaving;
    leave_by_ = Clock::now() + options_.notice;
    for (const std::unique_ptr<HeldJob>& held : held_) {
        fail_all(*held, "engine", words);
    }
    if (!held_.empty()) {
        part(WorkerState::Left, words);
    }
}

void Worker::tick() {
    LinkEvent event;
    while (link_ != nullptr && !parting_ && link_->poll(event)) {
        take(event);
    }
    if (link_ == nullptr) {
        return;
    }
    if (parting_) {
        if (link_->ended()) {
            state_ = after_;
            link_.reset();
        }
        return;
    }
    collect();
    check_deadlines();
    drop_finished();
    hand_out();
    if (state_ == WorkerState::Draining && held_.empty()) {
        part(WorkerState::Drained, "drained");
    } else if (state_ == WorkerState::Leaving && Clock::now() >= leave_by_) {
        part(WorkerState::Left, words_);
    }
}

void Worker::take(LinkEvent& event) {
    const bool leaving = state_ == WorkerState::Leaving;
    switch (event.kind) {
        case LinkEventKind::Joined:
            held_.clear();  // a new coordinator at the same address never asked for these
            state_ = leaving ? WorkerState::Leaving : WorkerState::Working;
            break;
        case LinkEventKind::Lost:
            ++counts_.losses;
            words_ = leaving ? words_ : event.words;
            held_.clear();
            // A coordinator that left on purpose, or told us to drain, has all that it wanted.
            if (leaving || event.goodbye || state_ == WorkerState::Draining) {
                part(leaving ? WorkerState::Left : WorkerState::Drained, words_);
            } else {
                state_ = WorkerState::Connecting;
            }
            break;
        case LinkEventKind::Refused:
            words_ = event.words;
            held_.clear();
            state_ = WorkerState::Refused;
            link_.reset();
            break;
        case LinkEventKind::Received:
            if (auto* job = std::get_if<Job>(&event.message)) {
                accept(*job, event.received);
            } else if (std::holds_alternative<Drain>(event.message)) {
                state_ = leaving ? WorkerState::Leaving : WorkerState::Draining;
            } else if (!std::holds_alternative<Error>(event.message)) {  // answering those could go on for ever
                const std::string kind(kind_of(event.message));
                send(Error{0, "unknown-kind", "An engine has no use for '" + kind + "'."});
            }
            break;
    }
}

void Worker::accept(Job& job, Clock::time_point received) {
    const char* code = "limits";
    std::string problem;
    if (state_ == WorkerState::Leaving) {
        refuse(job, "engine", words_);
        part(WorkerState::Left, words_);
        return;
    }
    if (state_ == WorkerState::Draining) {
        problem = "The engine is draining and takes no more jobs.";
    } else if (static_cast<std::int64_t>(held_.size()) >= options_.credit) {
        problem = "The engine holds " + std::to_string(held_.size()) + " jobs, which is its credit; wait for Credit.";
    } else {
        problem = unfit(job, schema_, {options_.engine, options_.max_image_px, options_.max_job_samples}, code);
    }
    if (!problem.empty()) {
        refuse(job, code, problem);
        send(Credit{1});
        return;
    }
    held_.push_back(std::make_unique<HeldJob>(std::move(job), schema_, received));
    HeldJob& held = *held_.back();
    for (std::size_t row = 0; row < held.size(); ++row) {
        if (!held.check(schema_, row, problem)) {
            fail(held, row, "parameters", problem);
        }
    }
}

void Worker::hand_out() {
    for (const std::unique_ptr<HeldJob>& held : held_) {
        for (std::size_t row = 0; row < held->size(); ++row) {
            if (held->row(row) != HeldJob::Row::Waiting) {
                continue;
            }
            RenderRequest request{tickets_ + 1, held->character(row), static_cast<int>(held->job().image_px)};
            if (link_->waiting() >= kMostUnsent || !renderer_.begin(request)) {
                return;
            }
            held->begin(row, ++tickets_);
        }
    }
}

// What cannot be sent was not asked for by anybody who is still there: a loss follows, and others get the work.
void Worker::send(const Message& message) {
    std::string unused;
    link_->send(message, unused);
}

// Says goodbye without waiting for it; `tick` sees the end.
void Worker::part(WorkerState after, const std::string& reason) {
    parting_ = true;
    after_ = after;
    held_.clear();
    link_->part(reason);
}

}  // namespace facebridge
