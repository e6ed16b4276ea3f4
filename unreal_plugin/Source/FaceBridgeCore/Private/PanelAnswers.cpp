// What becomes of a service's answers: characters are put on as steps, pictures are kept for whoever draws them.

#include "FaceBridgeCore/PanelModel.h"

#include "Numbers.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace facebridge {
namespace {

constexpr std::size_t kThumbnailPx = 64;

Picture picture(std::optional<ByteArray>& sent) {
    return sent ? std::make_shared<const ByteArray>(std::move(*sent)) : nullptr;
}

// Pictures that came one below the other; none when they do not add up.
std::vector<Picture> apart(const std::optional<ByteArray>& stacked, std::size_t count) {
    if (!stacked || count == 0 || stacked->shape.size() != 3 || stacked->shape[0] % count != 0) {
        return {};
    }
    const std::uint32_t height = static_cast<std::uint32_t>(stacked->shape[0] / count);
    const std::size_t size = stacked->values.size() / count;
    std::vector<Picture> pictures;
    for (std::size_t at = 0; at < count; ++at) {
        const std::uint8_t* from = stacked->values.data() + at * size;
        pictures.push_back(std::make_shared<const ByteArray>(
            ByteArray{{height, stacked->shape[1], stacked->shape[2]}, {from, from + size}}));
    }
    return pictures;
}

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.0f%%", share * 100);
    return text;
}

// What a preset of this character says of where it comes from, as the studio's do.
std::string origin(const std::string& photo, const std::string& bundle) {
    nlohmann::ordered_json rest;
    rest["photo"] = photo;
    rest["bundle"] = bundle;
    return rest.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

void PanelModel::take(SessionEvent& event) {
    switch (event.kind) {
        case SessionEventKind::Joined:
            if (editor_ == nullptr || editor_->schema().hash != session_->schema()->hash) {
                open_character(*session_->schema());
            }
            if (const std::vector<std::string>& known = session_->service().bundles;
                std::find(known.begin(), known.end(), bundle_) == known.end()) {
                bundle_.clear();
            }
            compared_.reset();
            break;
        case SessionEventKind::Imported:
            take_import(event);
            break;
        case SessionEventKind::Progress: {
            auto& answer = std::get<Progress>(event.answer);
            progress_ = PanelProgress{answer.step, answer.steps, answer.loss_before, answer.loss};
            best_ = std::move(event.character);
            preview_ = answer.preview ? picture(answer.preview) : preview_;
            break;
        }
        case SessionEventKind::Refined:
            take_refined(event);
            break;
        case SessionEventKind::Compared:
            take_compared(std::get<Compared>(event.answer));
            break;
        case SessionEventKind::Failed:
            take_failure(event);
            break;
        case SessionEventKind::Uncompared:
            compare_kind_.clear();
            comparison_.reset();
            refuse(event.words);
            break;
        case SessionEventKind::Lost:
        case SessionEventKind::Refused:
            break;  // the status says it
    }
}

void PanelModel::take_import(SessionEvent& event) {
    auto& answer = std::get<Imported>(event.answer);
    Reading reading = *std::exchange(asked_, std::nullopt);
    if (reading.variations > 0) {
        take_variations(answer);
        return;
    }
    std::string problem;
    if (!wear(event.character, "imported " + reading.called(), true, problem)) {
        refuse(problem);
        return;
    }
    forget_photo();
    archetype_ = reading.archetype;
    bundle_ = reading.bundle;
    reading.face = answer.face;
    aligned_ = picture(answer.aligned);
    preview_ = picture(answer.preview);
    thumbnails_ = apart(answer.thumbnails, answer.thumbnails ? answer.thumbnails->shape[0] / kThumbnailPx : 0);
    drawn_by_ = answer.drawn_by;
    const std::string bundle = answer.bundle.empty() ? session_->service().bundle : answer.bundle;
    preset_rest_ = origin(reading.called(), bundle);
    if (name_.empty()) {
        name_ = reading.called().substr(0, reading.called().rfind('.'));
    }
    double took_ms = 0;
    for (const auto& [stage, spent_ms] : answer.timings_ms) {
        took_ms += spent_ms;
    }
    char text[32];
    std::snprintf(text, sizeof(text), " in %.0f ms.", took_ms);
    tell("Imported " + reading.called() + (answer.timings_ms.empty() ? "." : text));
    const std::vector<float> weights = answer.weights ? answer.weights->values : std::vector<float>();
    const auto best = std::max_element(weights.begin(), weights.end());
    best_photo_ = reading.photo.part(weights.size() == reading.photo.count()
                                         ? static_cast<std::size_t>(best - weights.begin())
                                         : 0);
    read_ = std::move(reading);
    answer.thumbnails.reset();
    imported_ = std::move(answer);
}

void PanelModel::take_variations(Imported& answer) {
    const std::size_t count = answer.variations ? answer.variations->shape[0] : 0;
    const std::size_t wide = editor_->schema().parameters.size();
    const std::size_t choices = editor_->schema().choices.size();
    const std::vector<Picture> previews = apart(answer.variation_previews, count);
    variations_.clear();
    for (std::size_t row = 0; row < count; ++row) {  // the session checked them
        const float* values = answer.variations->values.data() + row * wide;
        const std::uint8_t* options = answer.variation_choices->values.data() + row * choices;
        variations_.push_back({{{values, values + wide}, {options, options + choices}},
                               row < previews.size() ? previews[row] : nullptr});
    }
    tell(count == 0 ? "There is no other reading."
                    : std::to_string(count) + " other readings of " + read_->called() + ".");
}

void PanelModel::take_refined(SessionEvent& event) {
    auto& answer = std::get<Refined>(event.answer);
    std::string problem;
    progress_.reset();
    best_.reset();
    if (!answer.kept) {
        tell("Nothing closer to the photo was found; the character stays as it was.");
    } else if (wear(event.character, "refined in " + std::to_string(answer.step) + " steps", true, problem)) {
        const double closer = answer.loss_before > 0 ? 1 - answer.loss / answer.loss_before : 0;
        tell("Refined: " + percent(closer) + " closer, judged by the " + answer.judge + ".");
    } else {
        refuse(problem);
    }
    drawn_by_ = answer.render ? "engine" : "imitator";
    std::optional<ByteArray>& drawn = answer.render ? answer.render : answer.preview;
    preview_ = drawn ? picture(drawn) : preview_;
}

void PanelModel::take_compared(Compared& answer) {
    for (auto* sent : {&answer.side, &answer.blend, &answer.difference, &answer.silhouette}) {
        if (*sent) {
            comparison_ = picture(*sent);
        }
    }
}

void PanelModel::take_failure(const SessionEvent& event) {
    std::string problem;
    const bool cancelled = event.code == "cancelled";
    const std::optional<PanelProgress> progress = std::exchange(progress_, std::nullopt);
    const std::optional<Character> best = std::exchange(best_, std::nullopt);
    const std::optional<Reading> asked = std::exchange(asked_, std::nullopt);
    const bool closer = progress && progress->loss < progress->loss_before;
    if (cancelled && best && closer) {
        const std::string step = "stopped at step " + std::to_string(progress->step);
        if (wear(*best, "refined, " + step, true, problem)) {
            tell("Refined, " + step + ".");
        } else {
            refuse(problem);
        }
    } else if (cancelled && progress) {
        tell("The search was stopped; nothing closer was found yet.");
    } else if (cancelled) {
        tell(event.words);
    } else {
        refuse(asked ? asked->called() + ": " + event.words : event.words);
    }
}

bool PanelModel::wear(const Character& character, const std::string& words, bool keep_locked, std::string& problem) {
    Edited edited;
    return editor_->load(character, words, keep_locked, edited, problem) && put_on(words, problem);
}

bool PanelModel::put_on(const std::string& step, std::string& problem) {
    if (worn_ == editor_->character()) {
        return true;
    }
    worn_ = editor_->character();
    return engine_.sink == nullptr || engine_.sink->apply(editor_->schema(), worn_, step, problem);
}

}  // namespace facebridge
