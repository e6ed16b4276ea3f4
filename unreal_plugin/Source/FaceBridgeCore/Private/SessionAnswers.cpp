// What comes back to a session: every answer is checked against what was asked and against the schema.

#include "FaceBridgeCore/Session.h"

#include <utility>

namespace facebridge {

void Session::take(Message& message) {
    const auto of = [](const std::optional<Open>& place, std::int64_t id) { return place && place->id() == id; };
    if (auto* error = std::get_if<Error>(&message)) {
        if (of(open_, error->request_id)) {
            fail(open_, error->code, error->message);
        } else if (of(compare_, error->request_id)) {
            fail(compare_, error->code, error->message);
        }
    } else if (const auto* superseded = std::get_if<Superseded>(&message)) {
        if (of(open_, superseded->request_id)) {
            fail(open_, "superseded", "Another request took this one's place.");
        }
    } else if (auto* imported = std::get_if<Imported>(&message)) {
        take_imported(*imported);
    } else if (auto* progress = std::get_if<Progress>(&message)) {
        take_progress(*progress);
    } else if (auto* refined = std::get_if<Refined>(&message)) {
        take_refined(*refined);
    } else if (auto* compared = std::get_if<Compared>(&message)) {
        take_compared(*compared);
    }
}

void Session::take_imported(Imported& answer) {
    if (!open_ || answer.request_id != open_->id() || !std::holds_alternative<Import>(open_->message)) {
        return;  // late, for something that was given up
    }
    SessionEvent event;
    std::string problem;
    bool good = check_origin(*open_, answer.schema_hash, answer.digest, problem) &&
                check_values(answer.parameters, &answer.choices, event.character, problem);
    if (good && answer.confidence && answer.confidence->values.size() != schema_->parameters.size()) {
        problem = "The answer's confidence has " + std::to_string(answer.confidence->values.size()) + " values for " +
                  std::to_string(schema_->parameters.size()) + " parameters.";
        good = false;
    }
    if (!good || !check_variations(answer, problem)) {
        fail(open_, "check", problem);
        return;
    }
    event.kind = SessionEventKind::Imported;
    event.answer = std::move(answer);
    open_.reset();
    events_.push_back(std::move(event));
}

void Session::take_refined(Refined& answer) {
    if (!open_ || answer.request_id != open_->id() || !std::holds_alternative<Refine>(open_->message)) {
        return;
    }
    SessionEvent event;
    std::string problem;
    if (!check_origin(*open_, answer.schema_hash, answer.digest, problem) ||
        !check_values(answer.parameters, &answer.choices, event.character, problem)) {
        fail(open_, "check", problem);
        return;
    }
    event.kind = SessionEventKind::Refined;
    event.answer = std::move(answer);
    open_.reset();
    events_.push_back(std::move(event));
}

void Session::take_progress(Progress& answer) {
    const Refine* refine = open_ ? std::get_if<Refine>(&open_->message) : nullptr;
    if (refine == nullptr || answer.request_id != open_->id()) {
        return;
    }
    SessionEvent event;
    std::string unused;
    event.character.choices = refine->choices.values;
    if (!check_origin(*open_, schema_->hash, answer.digest, unused) ||
        !check_values(answer.parameters, nullptr, event.character, unused)) {
        return;  // the next one or the result may be whole
    }
    event.kind = SessionEventKind::Progress;
    event.answer = std::move(answer);
    events_.push_back(std::move(event));
}

void Session::take_compared(Compared& answer) {
    if (!compare_ || answer.request_id != compare_->id()) {
        return;
    }
    std::string problem;
    if (!check_origin(*compare_, schema_->hash, answer.digest, problem)) {
        fail(compare_, "check", problem);
        return;
    }
    SessionEvent event;
    event.kind = SessionEventKind::Compared;
    event.answer = std::move(answer);
    compare_.reset();
    events_.push_back(std::move(event));
}

bool Session::check_values(const FloatArray& parameters, const ByteArray* choices, Character& character,
                           std::string& problem) const {
    character.parameters = parameters.values;
    if (choices != nullptr) {
        character.choices = choices->values;
    }
    return check_character(*schema_, character, problem);
}

bool Session::check_variations(const Imported& answer, std::string& problem) const {
    const std::size_t count = answer.variations ? answer.variations->shape[0] : 0;
    const std::size_t wide = schema_->parameters.size();
    const std::size_t choices = schema_->choices.size();
    if (count > 0 && (answer.variations->values.size() != count * wide || !answer.variation_choices ||
                      answer.variation_choices->values.size() != count * choices)) {
        problem = "The answer's variations do not have the character's parameters and choices; import the photo again.";
        return false;
    }
    for (std::size_t row = 0; row < count; ++row) {
        const float* values = answer.variations->values.data() + row * wide;
        const std::uint8_t* options = answer.variation_choices->values.data() + row * choices;
        Character each{{values, values + wide}, {options, options + choices}};
        if (!check_character(*schema_, each, problem)) {
            return false;
        }
    }
    return true;
}

bool Session::check_origin(const Open& open, const std::string& hash, const std::string& digest,
                           std::string& problem) const {
    if (hash != schema_->hash) {
        problem = "The answer is for another character (schema " + hash.substr(0, 12) + " against " +
                  schema_->hash.substr(0, 12) + "); connect again.";
        return false;
    }
    // Services of protocol 1.1 say no digest.
    const bool silent = digest.empty() && service_.protocol.size() == 2 && service_.protocol[1] < 2;
    if (!silent && digest != open.photo.digest()) {
        problem = "The answer is for another photo; import this one again.";
        return false;
    }
    return true;
}

}  // namespace facebridge
