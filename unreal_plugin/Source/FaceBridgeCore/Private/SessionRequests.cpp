// What a session asks of its service: imports, refines and comparisons, checked before they are sent.

#include "FaceBridgeCore/Session.h"

#include <algorithm>
#include <utility>

namespace facebridge {
namespace {

using std::chrono::milliseconds;

FloatArray array_of(const std::vector<float>& values) {
    return {{static_cast<std::uint32_t>(values.size())}, values};
}

ByteArray array_of(const std::vector<std::uint8_t>& values) {
    return {{static_cast<std::uint32_t>(values.size())}, values};
}

bool holds_any(const Locks& locked) { return std::find(locked.begin(), locked.end(), true) != locked.end(); }

// What a service must offer for this, so that an older one does not ignore a wish.
std::vector<std::string> features_needed(const Import& import) {
    const std::pair<bool, const char*> wishes[] = {{import.face > 0, "face"},
                                                   {!import.group.empty(), "group"},
                                                   {!import.locked.empty() || import.mirrored, "locks"},
                                                   {!import.lengths.empty(), "several"},
                                                   {import.variations > 0, "variations"}};
    std::vector<std::string> needed;
    for (const auto& [wanted, feature] : wishes) {
        if (wanted) {
            needed.emplace_back(feature);
        }
    }
    return needed;
}

std::vector<std::string> features_needed(const Refine&) { return {"refine"}; }

std::vector<std::string> features_needed(const Compare& compare) {
    std::vector<std::string> needed{"compare"};
    if (std::find(compare.kinds.begin(), compare.kinds.end(), "silhouette") != compare.kinds.end()) {
        needed.emplace_back("engine");
    }
    return needed;
}

}  // namespace

bool Session::import_photo(const Photo& photo, const Wishes& wishes, const Character& current, std::string& problem) {
    if (photo.count() < 1 || photo.count() > limits::kPhotos) {
        problem = std::to_string(photo.count()) + " photos of one person were given, expected 1 to " +
                  std::to_string(limits::kPhotos) + ".";
        return false;
    }
    if (wishes.variations < 0 || wishes.variations > static_cast<std::int64_t>(limits::kVariations)) {
        problem = std::to_string(wishes.variations) + " variations were asked for, expected 0 to " +
                  std::to_string(limits::kVariations) + ".";
        return false;
    }
    if (photo.has_empty() && photo.count() > 1) {
        problem = "A photo is empty (0 bytes); choose files that hold pictures.";
        return false;
    }
    if (photo.bytes().size() > limits::kPhotoBytes) {
        problem = "The photos have " + std::to_string(photo.bytes().size()) + " bytes together, at most " +
                  std::to_string(limits::kPhotoBytes) + " can be sent; take fewer or smaller ones.";
        return false;
    }
    Import message;
    message.slot = options_.slot;
    message.deadline_ms = options_.import_deadline.count();
    message.pictures = true;
    message.bundle = wishes.bundle;
    message.face = wishes.face;
    message.group = wishes.group;
    message.mirrored = wishes.mirrored;
    message.variations = wishes.variations;
    if (holds_any(wishes.locked)) {
        if (!schema_) {
            problem = "Locks mean nothing before a character is known; connect to a service first.";
            return false;
        }
        Character checked = current;
        if (!check_character(*schema_, checked, problem)) {
            return false;
        }
        message.locked = compact_locks(*schema_, wishes.locked);
        message.current = array_of(checked.parameters);
        message.current_choices = array_of(checked.choices);
    }
    message.photo = photo.bytes();
    message.lengths = photo.lengths();
    const bool names_values = !message.locked.empty();
    return ask(open_,
               {std::move(message), photo, Clock::now() + options_.import_deadline + options_.patience, names_values},
               problem);
}

bool Session::refine(const Photo& photo, const Wishes& wishes, const Character& from, std::int64_t steps, milliseconds budget,
                     std::string& problem) {
    if (!schema_) {
        problem = "Nothing can be refined before a character is known; connect to a service first.";
        return false;
    }
    if (steps < 1 || steps > static_cast<std::int64_t>(limits::kSteps)) {
        problem = "Refining takes 1 to " + std::to_string(limits::kSteps) + " steps, " + std::to_string(steps) +
                  " were asked for.";
        return false;
    }
    Character checked = from;
    if (!check_character(*schema_, checked, problem)) {
        return false;
    }
    Refine message;
    message.slot = options_.slot;
    message.deadline_ms = options_.refine_deadline.count();
    message.pictures = true;
    message.bundle = wishes.bundle;
    message.face = wishes.face;
    message.group = wishes.group;
    message.locked = compact_locks(*schema_, wishes.locked);
    message.mirrored = wishes.mirrored;
    message.steps = steps;
    message.budget_ms = budget.count();
    message.parameters = array_of(checked.parameters);
    message.choices = array_of(checked.choices);
    message.photo = photo.bytes();
    return ask(open_, {std::move(message), photo, Clock::now() + options_.refine_deadline + options_.patience, true},
               problem);
}

bool Session::compare(const Photo& photo, const Wishes& wishes, const Character& character,
                      const Comparison& comparison, std::string& problem) {
    if (!schema_ || !joined_) {
        problem = "Nothing can be compared without a service; connect to one first.";
        return false;
    }
    Compare message;
    message.deadline_ms = options_.compare_deadline.count();
    message.kinds = {comparison.kind};
    message.bundle = wishes.bundle;
    message.face = wishes.face;
    message.blend = std::clamp(comparison.blend, 0.0, 1.0);
    Character checked = character;
    if (!check_character(*schema_, checked, problem)) {
        return false;
    }
    message.parameters = array_of(checked.parameters);
    message.choices = array_of(checked.choices);
    if (comparison.other) {
        checked = *comparison.other;
        if (!check_character(*schema_, checked, problem)) {
            return false;
        }
        message.other = array_of(checked.parameters);
        message.other_choices = array_of(checked.choices);
    }
    message.photo = photo.bytes();
    if (compare_) {
        std::string unused;
        transport_->send(Cancel{compare_->id()}, unused);
    }
    return ask(compare_, {std::move(message), photo, Clock::now() + options_.compare_deadline + options_.patience, true},
               problem);
}

void Session::cancel() {
    if (!open_) {
        return;
    }
    std::string unused;
    if (joined_) {
        transport_->send(Cancel{open_->id()}, unused);
    }
    fail(open_, "cancelled", "Cancelled.");  // what still comes for it is dropped by its number
}

bool Session::ask(std::optional<Open>& place, Open open, std::string& problem) {
    if (transport_ == nullptr || refused_) {
        problem = refused_ ? "The service refused: " + reason_ : "No service is connected; connect to one first.";
        return false;
    }
    std::optional<Open> before = std::exchange(place, std::move(open));
    if (joined_ && !send(*place, problem)) {
        place = std::move(before);  // the service still works at it
        return false;
    }
    return true;
}

bool Session::send(Open& open, std::string& problem) {
    if (!check_request(open, problem)) {
        return false;
    }
    const std::int64_t id = ++requests_;
    return std::visit(
        [&](auto& message) {
            const std::int64_t before = std::exchange(message.request_id, id);
            if (transport_->send(message, problem)) {
                return true;
            }
            message.request_id = before;
            return false;
        },
        open.message);
}

void Session::send_again(std::optional<Open>& place, bool other_character) {
    std::string problem;
    if (place && other_character && place->names_values) {
        fail(place, "input", "The service now has another character; ask again for this one.");
    } else if (place && !send(*place, problem)) {
        fail(place, "input", problem);
    }
}

bool Session::check_request(const Open& open, std::string& problem) const {
    const auto size = std::visit([](const auto& message) { return message.photo.size(); }, open.message);
    const auto& bundle = std::visit([](const auto& message) -> const std::string& { return message.bundle; },
                                    open.message);
    const std::string& address = options_.transport.address;
    const std::int64_t most = std::min(service_.max_photo_bytes, static_cast<std::int64_t>(limits::kPhotoBytes));
    if (size == 0 || static_cast<std::int64_t>(size) > most) {
        problem = "The photo has " + std::to_string(size) + " bytes; " + address + " accepts 1 to " +
                  std::to_string(most) + ".";
        return false;
    }
    for (const std::string& feature :
         std::visit([](const auto& message) { return features_needed(message); }, open.message)) {
        if (!offers(feature)) {
            problem = "The service at " + address + " does not offer " + feature + " (" + service_.software +
                      "); update it.";
            return false;
        }
    }
    const std::vector<std::string>& known = service_.bundles;
    if (!bundle.empty() && std::find(known.begin(), known.end(), bundle) == known.end()) {
        problem = "The service at " + address + " has no bundle '" + bundle + "'.";
        return false;
    }
    return true;
}

}  // namespace facebridge
