// How the capture side answers: each sample exactly once, by a frame or a fail, and then the job by its credit.

#include "FaceBridgeCore/Worker.h"

#include "HeldJob.h"
#include "Utf8.h"

#include <utility>

namespace facebridge {

void Worker::collect() {
    RenderResult result;
    while (renderer_.finished(result)) {
        HeldJob* found = nullptr;
        std::size_t row = 0;
        for (const std::unique_ptr<HeldJob>& held : held_) {
            row = held->find(result.ticket);
            if (row < held->size()) {
                found = held.get();
                break;
            }
        }
        if (found != nullptr && found->row(row) == HeldJob::Row::Drawing) {
            answer(*found, row, result);
        } else {
            ++counts_.late;
            if (found != nullptr && found->row(row) == HeldJob::Row::Overdue) {
                found->answer(row);
            }
        }
    }
}

void Worker::answer(HeldJob& held, std::size_t row, RenderResult& result) {
    const auto side = static_cast<std::uint32_t>(held.job().image_px);
    held.answer(row);
    if (!result.words.empty()) {
        fail(held, row, "engine", result.words);
        return;
    }
    if (result.pixels.shape != std::vector<std::uint32_t>{side, side, 3} ||
        result.pixels.values.size() != std::size_t{side} * side * 3) {
        fail(held, row, "engine", "The engine drew a picture of another size than was asked for.");
        return;
    }
    ++counts_.frames;
    Frame frame;
    frame.request_id = held.job().request_id;
    frame.index = held.job().indices[row];
    frame.sha256 = held.digest(row);
    frame.render_ms = result.render_ms;
    frame.pixels = std::move(result.pixels);
    send(std::move(frame));
}

void Worker::check_deadlines() {
    const Clock::time_point now = Clock::now();
    for (const std::unique_ptr<HeldJob>& held : held_) {
        const std::string deadline = std::to_string(held->job().deadline_ms) + " ms";
        if (now >= held->due()) {
            fail_all(*held, "deadline", "The job's deadline of " + deadline + " passed.");
        }
        if (now >= held->due() + options_.hang && held->in_hand(HeldJob::Row::Overdue)) {
            words_ = "A render overran its deadline of " + deadline + " by " + std::to_string(options_.hang.count()) +
                     " ms and did not come back; end this process.";
            part(WorkerState::Hung, words_);
            return;
        }
    }
}

void Worker::fail_all(HeldJob& held, const char* code, const std::string& words) {
    for (std::size_t row = 0; row < held.size(); ++row) {
        if (held.row(row) == HeldJob::Row::Waiting || held.row(row) == HeldJob::Row::Drawing) {
            fail(held, row, code, words);
        }
    }
}

void Worker::fail(HeldJob& held, std::size_t row, const char* code, const std::string& words) {
    held.give_up(row);
    send_fail(held.job().request_id, held.job().indices[row], code, words);
}

void Worker::send_fail(std::int64_t request_id, std::int64_t index, const char* code, const std::string& words) {
    ++counts_.fails;
    send(Fail{request_id, index, code, is_utf8(words) ? words : "The engine gave a reason that is no UTF-8 text."});
}

void Worker::refuse(const Job& job, const char* code, const std::string& words) {
    for (const std::int64_t index : job.indices) {
        send_fail(job.request_id, index, code, words);
    }
}

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
