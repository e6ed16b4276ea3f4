// The capture side: see docs/protocol.md, section 4, for what each line of it promises.

#include "FaceBridgeCore/Worker.h"

#include "FaceBridgeCore/Sha256.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace facebridge {

struct Worker::Held {
    enum class Row { Waiting, Drawing, Done };

    Job job;
    Clock::time_point due;
    std::vector<Character> characters;
    std::vector<Row> rows;
    std::vector<std::int64_t> tickets;
    bool wanted = true;  // false once its deadline passed or its coordinator is gone

    bool finished() const {
        return std::all_of(rows.begin(), rows.end(), [](Row row) { return row == Row::Done; });
    }
};

namespace {

// SHA-256 over a sample's parameter bytes, then its choice bytes, as they were received.
std::string digest_of(const Job& job, std::size_t row, std::size_t parameters, std::size_t choices) {
    Bytes bytes(parameters * sizeof(float) + choices);
    std::memcpy(bytes.data(), job.parameters.values.data() + row * parameters, parameters * sizeof(float));
    if (choices != 0) {
        std::memcpy(bytes.data() + parameters * sizeof(float), job.choices.values.data() + row * choices, choices);
    }
    return sha256(bytes.data(), bytes.size());
}

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
    if (options_.credit < 1 || options_.max_image_px < 1 || options_.max_job_samples < 1 || options_.instance.empty()) {
        problem = "A worker needs a credit, an image size and a job size of at least 1, and an instance id.";
        return false;
    }
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
    if (state_ != WorkerState::Drained && state_ != WorkerState::Refused) {
        state_ = WorkerState::Stopped;
    }
}

void Worker::tick() {
    LinkEvent event;
    while (link_ != nullptr && link_->poll(event)) {
        take(event);
    }
    if (link_ == nullptr) {
        return;
    }
    collect();
    check_deadlines();
    drop_finished();
    hand_out();
    if (state_ == WorkerState::Draining && held_.empty()) {
        state_ = WorkerState::Drained;
        link_.reset();  // says bye
    }
}

void Worker::take(LinkEvent& event) {
    switch (event.kind) {
        case LinkEventKind::Joined:
            discard();  // a new coordinator at the same address never asked for these
            state_ = WorkerState::Working;
            break;
        case LinkEventKind::Lost:
            ++counts_.losses;
            words_ = event.words;
            discard();
            // A coordinator that left on purpose, or told us to drain, has all that it wanted.
            if (event.goodbye || state_ == WorkerState::Draining) {
                state_ = WorkerState::Drained;
                link_.reset();
                return;
            }
            state_ = WorkerState::Connecting;
            break;
        case LinkEventKind::Refused:
            words_ = event.words;
            state_ = WorkerState::Refused;
            discard();
            link_.reset();
            break;
        case LinkEventKind::Received:
            if (auto* job = std::get_if<Job>(&event.message)) {
                accept(*job);
            } else if (std::holds_alternative<Drain>(event.message)) {
                state_ = WorkerState::Draining;
            } else if (!std::holds_alternative<Error>(event.message)) {  // answering those could go on for ever
                send(Error{0, "unknown-kind", "An engine has no use for this message."});
            }
            break;
    }
}

std::string Worker::unfit(const Job& job) const {
    const auto count = static_cast<std::int64_t>(job.indices.size());
    const auto parameters = static_cast<std::uint32_t>(schema_.parameters.size());
    const auto choices = static_cast<std::uint32_t>(schema_.choices.size());
    const auto samples = static_cast<std::uint32_t>(job.indices.size());
    if (state_ == WorkerState::Draining) {
        return "The engine is draining and takes no more jobs.";
    }
    if (static_cast<std::int64_t>(held_.size()) >= options_.credit) {
        return "The engine holds " + std::to_string(held_.size()) + " jobs, which is its credit; wait for Credit.";
    }
    if (count < 1 || count > options_.max_job_samples) {
        return "The job has " + std::to_string(count) + " samples; 1 to " + std::to_string(options_.max_job_samples) +
               " are accepted.";
    }
    if (std::set<std::int64_t>(job.indices.begin(), job.indices.end()).size() != job.indices.size()) {
        return "The job names an index twice.";
    }
    if (job.image_px < 1 || job.image_px > options_.max_image_px) {
        return "image_px is " + std::to_string(job.image_px) + "; 1 to " + std::to_string(options_.max_image_px) +
               " are accepted.";
    }
    if (job.parameters.shape != std::vector<std::uint32_t>{samples, parameters} ||
        job.choices.shape != std::vector<std::uint32_t>{samples, choices}) {
        return "parameters and choices must be " + std::to_string(count) + " x " + std::to_string(parameters) + " and " +
               std::to_string(count) + " x " + std::to_string(choices) + ".";
    }
    return "";
}

void Worker::accept(Job& job) {
    const std::string problem = unfit(job);
    if (!problem.empty()) {
        refuse(job, "limits", problem);
        return;
    }
    if (!job.scene.empty() || !job.truth.empty()) {
        const std::string what = job.scene.empty() ? job.truth.front() : job.scene.front().first;
        refuse(job, "scene", "The engine '" + options_.engine + "' does not support '" + what + "'; it announced nothing.");
        return;
    }
    auto held = std::make_unique<Held>();
    held->due = Clock::now() + std::chrono::milliseconds(std::min<std::int64_t>(job.deadline_ms, 86'400'000));
    const std::size_t count = job.indices.size();
    held->job = std::move(job);
    held->rows.assign(count, Held::Row::Waiting);
    held->tickets.assign(count, 0);
    held->characters.resize(count);
    const std::size_t parameters = schema_.parameters.size();
    const std::size_t choices = schema_.choices.size();
    for (std::size_t row = 0; row < count; ++row) {
        const auto values = held->job.parameters.values.begin() + static_cast<std::ptrdiff_t>(row * parameters);
        const auto options = held->job.choices.values.begin() + static_cast<std::ptrdiff_t>(row * choices);
        Character& character = held->characters[row];
        character.parameters.assign(values, values + static_cast<std::ptrdiff_t>(parameters));
        character.choices.assign(options, options + static_cast<std::ptrdiff_t>(choices));
        std::string words;
        if (!check_character(schema_, character, words)) {
            fail(*held, row, "parameters", words);
        }
    }
    held_.push_back(std::move(held));
}

void Worker::refuse(const Job& job, const char* code, const std::string& words) {
    for (const std::int64_t index : job.indices) {
        ++counts_.fails;
        send(Fail{job.request_id, index, code, words});
    }
    send(Credit{1});
}

void Worker::hand_out() {
    for (const std::unique_ptr<Held>& held : held_) {
        for (std::size_t row = 0; held->wanted && row < held->rows.size(); ++row) {
            if (held->rows[row] != Held::Row::Waiting) {
                continue;
            }
            RenderRequest request{tickets_ + 1, held->characters[row], static_cast<int>(held->job.image_px)};
            if (!renderer_.begin(request)) {
                return;
            }
            held->tickets[row] = ++tickets_;
            held->rows[row] = Held::Row::Drawing;
        }
    }
}

void Worker::collect() {
    RenderResult result;
    while (renderer_.finished(result)) {
        Held* found = nullptr;
        std::size_t row = 0;
        for (const std::unique_ptr<Held>& held : held_) {
            const auto at = std::find(held->tickets.begin(), held->tickets.end(), result.ticket);
            if (at != held->tickets.end()) {
                found = held.get();
                row = static_cast<std::size_t>(at - held->tickets.begin());
                break;
            }
        }
        if (found == nullptr || !found->wanted || found->rows[row] != Held::Row::Drawing) {
            ++counts_.late;
            if (found != nullptr) {
                found->rows[row] = Held::Row::Done;
            }
            continue;
        }
        const auto side = static_cast<std::uint32_t>(found->job.image_px);
        if (!result.words.empty()) {
            fail(*found, row, "engine", result.words);
        } else if (result.pixels.shape != std::vector<std::uint32_t>{side, side, 3} ||
                   result.pixels.values.size() != std::size_t{side} * side * 3) {
            fail(*found, row, "engine", "The engine drew a picture of another size than was asked for.");
        } else {
            found->rows[row] = Held::Row::Done;
            ++counts_.frames;
            Frame frame;
            frame.request_id = found->job.request_id;
            frame.index = found->job.indices[row];
            frame.sha256 = digest_of(found->job, row, schema_.parameters.size(), schema_.choices.size());
            frame.render_ms = result.render_ms;
            frame.pixels = std::move(result.pixels);
            send(frame);
        }
    }
}

void Worker::check_deadlines() {
    const Clock::time_point now = Clock::now();
    for (const std::unique_ptr<Held>& held : held_) {
        if (!held->wanted || now < held->due) {
            continue;
        }
        for (std::size_t row = 0; row < held->rows.size(); ++row) {
            if (held->rows[row] == Held::Row::Done) {
                continue;
            }
            const bool drawing = held->rows[row] == Held::Row::Drawing;
            fail(*held, row, "deadline",
                 "The job's deadline of " + std::to_string(held->job.deadline_ms) + " ms passed.");
            if (drawing) {
                held->rows[row] = Held::Row::Drawing;  // the renderer still has it: its credit is not free yet
            }
        }
        held->wanted = false;
    }
}

void Worker::fail(Held& held, std::size_t row, const char* code, const std::string& words) {
    held.rows[row] = Held::Row::Done;
    ++counts_.fails;
    send(Fail{held.job.request_id, held.job.indices[row], code, words});
}

void Worker::send(const Message& message) {
    std::string problem;
    if (link_ != nullptr && !link_->send(message, problem)) {
        words_ = problem;  // not connected any more: the coordinator hands the work to others
    }
}

// Nobody wants these any more; what is being drawn is counted as late when it comes.
void Worker::discard() { held_.clear(); }

void Worker::drop_finished() {
    for (auto at = held_.begin(); at != held_.end();) {
        if ((*at)->finished()) {
            at = held_.erase(at);
            send(Credit{1});
        } else {
            ++at;
        }
    }
}

}  // namespace facebridge
