// A job that an engine holds: its samples as characters, and how far each of them is.

#pragma once

#include "FaceBridgeCore/Character.h"
#include "FaceBridgeCore/Messages.h"
#include "FaceBridgeCore/Schema.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace facebridge {

class HeldJob {
public:
    using Time = std::chrono::steady_clock::time_point;

    enum class Row {
        Waiting,   // not begun
        Drawing,   // the renderer has it
        Overdue,   // the renderer has it, and it was failed: nobody waits for the picture
        Answered,  // a frame or a fail went out, and the renderer is done with it
    };

    // `job` must have the schema's shapes. Its deadline counts from `received`.
    HeldJob(Job job, const Schema& schema, Time received);

    std::size_t size() const { return rows_.size(); }
    const Job& job() const { return job_; }
    const Character& character(std::size_t row) const { return characters_[row]; }
    bool check(const Schema& schema, std::size_t row, std::string& problem) {
        return check_character(schema, characters_[row], problem);
    }
    Time due() const { return due_; }

    Row row(std::size_t row) const { return rows_[row]; }
    void begin(std::size_t row, std::int64_t ticket);
    void answer(std::size_t row) { rows_[row] = Row::Answered; }

    // Nobody waits for this sample any more: what is being drawn of it comes late.
    void give_up(std::size_t row) { rows_[row] = rows_[row] == Row::Drawing ? Row::Overdue : Row::Answered; }

    bool finished() const;
    bool in_hand(Row state) const;

    // The row with that ticket; `size()` for none.
    std::size_t find(std::int64_t ticket) const;

    // SHA-256 over the sample's parameter bytes, then its choice bytes, as they were received.
    std::string digest(std::size_t row) const;

private:
    Job job_;
    Time due_;
    std::vector<Character> characters_;
    std::vector<Row> rows_;
    std::vector<std::int64_t> tickets_;
};

// What an engine announced of the work that it takes.
struct JobLimits {
    std::string engine;
    std::int64_t max_image_px;
    std::int64_t max_job_samples;
};

// Why a job is outside what was announced, or an empty sentence. `code` is the one to fail it with.
std::string unfit(const Job& job, const Schema& schema, const JobLimits& limits, const char*& code);

}  // namespace facebridge
