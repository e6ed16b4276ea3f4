// A job's samples one by one, and what of a job is refused before any of them is drawn.

#include "HeldJob.h"

#include "FaceBridgeCore/Sha256.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace facebridge {
namespace {

constexpr std::int64_t kLongestDeadlineMs = 86'400'000;  // a day: more than that a clock need not add

}  // namespace

HeldJob::HeldJob(Job job, const Schema& schema, Time received)
    : job_(std::move(job)),
      due_(received + std::chrono::milliseconds(std::min(job_.deadline_ms, kLongestDeadlineMs))),
      characters_(job_.indices.size()),
      rows_(job_.indices.size(), Row::Waiting),
      tickets_(job_.indices.size(), 0) {
    const auto parameters = static_cast<std::ptrdiff_t>(schema.parameters.size());
    const auto choices = static_cast<std::ptrdiff_t>(schema.choices.size());
    auto values = job_.parameters.values.begin();
    auto options = job_.choices.values.begin();
    for (Character& character : characters_) {
        character.parameters.assign(values, values + parameters);
        character.choices.assign(options, options + choices);
        values += parameters;
        options += choices;
    }
}

void HeldJob::begin(std::size_t row, std::int64_t ticket) {
    rows_[row] = Row::Drawing;
    tickets_[row] = ticket;
}

bool HeldJob::finished() const {
    return std::all_of(rows_.begin(), rows_.end(), [](Row row) { return row == Row::Answered; });
}

bool HeldJob::in_hand(Row state) const { return std::find(rows_.begin(), rows_.end(), state) != rows_.end(); }

std::size_t HeldJob::find(std::int64_t ticket) const {
    return static_cast<std::size_t>(std::find(tickets_.begin(), tickets_.end(), ticket) - tickets_.begin());
}

std::string HeldJob::digest(std::size_t row) const {
    const std::size_t parameters = characters_[row].parameters.size();
    const std::size_t choices = characters_[row].choices.size();
    Bytes bytes(parameters * sizeof(float) + choices);
    if (parameters != 0) {
        std::memcpy(bytes.data(), job_.parameters.values.data() + row * parameters, parameters * sizeof(float));
    }
    if (choices != 0) {
        std::memcpy(bytes.data() + parameters * sizeof(float), job_.choices.values.data() + row * choices, choices);
    }
    return sha256(bytes.data(), bytes.size());
}

std::string unfit(const Job& job, const Schema& schema, const JobLimits& limits, const char*& code) {
    const auto count = static_cast<std::int64_t>(job.indices.size());
    const auto samples = static_cast<std::uint32_t>(job.indices.size());
    const auto parameters = static_cast<std::uint32_t>(schema.parameters.size());
    const auto choices = static_cast<std::uint32_t>(schema.choices.size());
    code = "limits";
    if (count < 1 || count > limits.max_job_samples) {
        return "The job has " + std::to_string(count) + " samples; 1 to " + std::to_string(limits.max_job_samples) +
               " are accepted.";
    }
    if (std::set<std::int64_t>(job.indices.begin(), job.indices.end()).size() != job.indices.size()) {
        return "The job names an index twice.";
    }
    if (job.image_px < 1 || job.image_px > limits.max_image_px) {
        return "image_px is " + std::to_string(job.image_px) + "; 1 to " + std::to_string(limits.max_image_px) +
               " are accepted.";
    }
    if (job.parameters.shape != std::vector<std::uint32_t>{samples, parameters} ||
        job.choices.shape != std::vector<std::uint32_t>{samples, choices}) {
        return "parameters and choices must be " + std::to_string(count) + " x " + std::to_string(parameters) + " and " +
               std::to_string(count) + " x " + std::to_string(choices) + ".";
    }
    code = "scene";
    if (!job.scene.empty() || !job.truth.empty()) {
        const std::string what = job.scene.empty() ? job.truth.front() : job.scene.front().first;
        return "The engine '" + limits.engine + "' does not support '" + what + "'; it announced nothing.";
    }
    return "";
}

}  // namespace facebridge
