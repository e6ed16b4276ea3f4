// Edits of a character by the rules of engine_bridge/parameter_edits.py.

#include "FaceBridgeCore/Character.h"

#include "Names.h"
#include "Numbers.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace facebridge {
namespace {

constexpr double kTolerance = 1e-6;  // float32's rounding of a range's end is no step beyond it
const std::string kDefault = "default";

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) {
        all += (all.empty() ? "" : ", ") + text;
    }
    return all;
}

std::string in_words(const Edit& edit) {
    const char* sign = edit.operation == Operation::Set ? "=" : edit.operation == Operation::Add ? "+=" : "-=";
    const auto* number = std::get_if<double>(&edit.value);
    return edit.target + sign + (number != nullptr ? short_number(*number) : std::get<std::string>(edit.value));
}

bool new_value(const Parameter& parameter, double now, const Edit& edit, bool clamp, double& value, bool& clamped,
               std::string& problem) {
    if (const auto* text = std::get_if<std::string>(&edit.value)) {
        if (*text != kDefault) {
            problem = "'" + parameter.name + "' was given '" + text->substr(0, 40) +
                      "', expected a number or 'default'.";
            return false;
        }
        value = parameter.neutral;
        return true;
    }
    const double given = std::get<double>(edit.value);
    value = edit.operation == Operation::Set ? given : edit.operation == Operation::Add ? now + given : now - given;
    const bool inside = parameter.minimum - kTolerance <= value && value <= parameter.maximum + kTolerance;
    if (!std::isfinite(value) || (!inside && !clamp)) {
        problem = "'" + parameter.name + "' would be " + short_number(value) + ", expected a number from " +
                  short_number(parameter.minimum) + " to " + short_number(parameter.maximum) + ".";
        return false;
    }
    clamped = !inside;
    value = std::clamp(value, parameter.minimum, parameter.maximum);
    return true;
}

bool new_option(const Choice& choice, const Edit& edit, std::uint8_t& option, std::string& problem) {
    if (edit.operation != Operation::Set) {
        problem = "'" + choice.name + "' is a choice, which takes '=' and one of " + joined(choice.options) + ".";
        return false;
    }
    const auto* number = std::get_if<double>(&edit.value);
    const std::string wanted = number != nullptr ? short_number(*number) : std::get<std::string>(edit.value);
    if (wanted == kDefault) {
        option = static_cast<std::uint8_t>(choice.neutral);
        return true;
    }
    const auto found = std::find(choice.options.begin(), choice.options.end(), wanted);
    if (found != choice.options.end()) {
        option = static_cast<std::uint8_t>(found - choice.options.begin());
        return true;
    }
    problem = "'" + choice.name + "' was given '" + wanted.substr(0, 40) + "'" + suggestion(wanted, choice.options) +
              ", expected one of " + joined(choice.options) + ".";
    return false;
}

}  // namespace

Character neutral_character(const Schema& schema) {
    Character character;
    for (const Parameter& parameter : schema.parameters) {
        character.parameters.push_back(static_cast<float>(parameter.neutral));
    }
    for (const Choice& choice : schema.choices) {
        character.choices.push_back(static_cast<std::uint8_t>(choice.neutral));
    }
    return character;
}

bool check_character(const Schema& schema, Character& character, std::string& problem) {
    if (character.parameters.size() != schema.parameters.size() ||
        character.choices.size() != schema.choices.size()) {
        problem = "The character has " + std::to_string(character.parameters.size()) + " parameters and " +
                  std::to_string(character.choices.size()) + " choices, " + schema.character + " needs " +
                  std::to_string(schema.parameters.size()) + " and " + std::to_string(schema.choices.size()) + ".";
        return false;
    }
    for (std::size_t position = 0; position < schema.parameters.size(); ++position) {
        const Parameter& parameter = schema.parameters[position];
        float& value = character.parameters[position];
        const auto low = static_cast<float>(parameter.minimum);
        const auto high = static_cast<float>(parameter.maximum);
        const auto rounding = static_cast<float>(kTolerance);
        if (!std::isfinite(value) || value < low - rounding || value > high + rounding) {
            problem = "Parameter '" + parameter.name + "' is " + short_number(static_cast<double>(value)) +
                      ", expected a number from " + short_number(parameter.minimum) + " to " +
                      short_number(parameter.maximum) + ".";
            return false;
        }
        value = std::clamp(value, low, high);
    }
    for (std::size_t at = 0; at < schema.choices.size(); ++at) {
        if (character.choices[at] >= schema.choices[at].options.size()) {
            problem = "Choice '" + schema.choices[at].name + "' has no option " +
                      std::to_string(character.choices[at]) + ", expected 0 to " +
                      std::to_string(schema.choices[at].options.size() - 1) + ".";
            return false;
        }
    }
    return true;
}

bool select(const Schema& schema, const std::string& target, std::vector<std::size_t>& positions,
            std::string& problem) {
    positions.clear();
    if (const auto position = schema.find(target)) {
        positions.push_back(*position);
        return true;
    }
    const bool all_of = target.size() > 2 && target.compare(target.size() - 2, 2, ".*") == 0;
    const std::string group = folded(all_of ? target.substr(0, target.size() - 2) : target);
    const bool wild = is_wildcard(target);
    for (std::size_t position = 0; position < schema.count(); ++position) {
        const bool grouped = !schema.is_choice(position) && folded(schema.parameters[position].group) == group;
        if (grouped || (wild && matches(schema.name(position), target))) {
            positions.push_back(position);
        }
    }
    if (!positions.empty()) {
        return true;
    }
    std::vector<std::string> known;
    for (std::size_t position = 0; position < schema.count(); ++position) {
        known.push_back(schema.name(position));
    }
    for (const ParameterGroup& each : schema.groups) {
        known.push_back(each.name);
    }
    problem = schema.character + " has no parameter, choice or group '" + target.substr(0, 80) + "'" +
              suggestion(target, known) + ".";
    return false;
}

bool apply_edit(const Schema& schema, const Character& character, const Edit& edit, const Rules& rules, Edited& edited,
                std::string& problem) {
    std::vector<std::size_t> meant;
    if (!select(schema, edit.target, meant, problem)) {
        return false;
    }
    Edited result{character, {}, {}, {}};
    std::vector<bool> moved(schema.count(), false);
    for (const std::size_t position : meant) {
        moved[position] = true;
        if (rules.holds(position)) {
            result.skipped.push_back(position);
            continue;
        }
        if (schema.is_choice(position)) {
            if (!new_option(schema.choice(position), edit,
                            result.character.choices[position - schema.parameters.size()], problem)) {
                return false;
            }
            continue;
        }
        float& at = result.character.parameters[position];
        double value = 0;
        bool clamped = false;
        if (!new_value(schema.parameters[position], static_cast<double>(at), edit, rules.clamp, value, clamped,
                       problem)) {
            return false;
        }
        at = static_cast<float>(value);
        if (clamped) {
            result.clamped.push_back(position);
        }
    }
    if (result.skipped.size() == meant.size()) {
        const std::string what = meant.size() == 1 ? "'" + schema.name(meant[0]) + "' is locked"
                                                   : "All " + std::to_string(meant.size()) + " of '" + edit.target +
                                                         "' are locked";
        problem = what + "; unlock it first, or leave out the edit '" + in_words(edit) + "'.";
        return false;
    }
    for (const std::size_t position : meant) {
        if (!rules.mirror || schema.is_choice(position) || rules.holds(position)) {
            continue;
        }
        const std::optional<std::size_t> partner = schema.parameters[position].mirror;
        if (partner && !moved[*partner] && !rules.holds(*partner)) {
            result.character.parameters[*partner] = result.character.parameters[position];
        }
    }
    if (!check_character(schema, result.character, problem)) {  // a partner's range may be another
        return false;
    }
    result.changed = changed_positions(character, result.character);
    edited = std::move(result);
    return true;
}

bool restore(const Schema& schema, const Character& character, const std::string& target, const Character& source,
             const Rules& rules, Edited& edited, std::string& problem) {
    std::vector<std::size_t> meant;
    if (target == "*") {
        for (std::size_t position = 0; position < schema.count(); ++position) {
            meant.push_back(position);
        }
    } else if (!select(schema, target, meant, problem)) {
        return false;
    }
    Character checked = source;
    if (!check_character(schema, checked, problem)) {
        return false;
    }
    Edited result{character, {}, {}, {}};
    for (const std::size_t position : meant) {
        if (rules.holds(position)) {
            result.skipped.push_back(position);
        } else if (schema.is_choice(position)) {
            const std::size_t choice = position - schema.parameters.size();
            result.character.choices[choice] = checked.choices[choice];
        } else {
            result.character.parameters[position] = checked.parameters[position];
        }
    }
    result.changed = changed_positions(character, result.character);
    edited = std::move(result);
    return true;
}

bool expand_locks(const Schema& schema, const std::vector<std::string>& targets, Locks& locked, std::string& problem) {
    Locks all = locked;
    all.resize(schema.count(), false);
    for (const std::string& target : targets) {
        std::vector<std::size_t> meant;
        if (!select(schema, target, meant, problem)) {
            return false;
        }
        for (const std::size_t position : meant) {
            all[position] = true;
        }
    }
    locked = std::move(all);
    return true;
}

std::vector<std::string> compact_locks(const Schema& schema, const Locks& locked) {
    Locks left = locked;
    left.resize(schema.count(), false);
    std::vector<std::string> names;
    for (const ParameterGroup& group : schema.groups) {
        bool whole = group.positions.size() > 1 && !schema.find(group.name).has_value();
        for (const std::size_t position : group.positions) {
            whole = whole && left[position];
        }
        if (whole) {
            names.push_back(group.name);
            for (const std::size_t position : group.positions) {
                left[position] = false;
            }
        }
    }
    for (std::size_t position = 0; position < schema.count(); ++position) {
        if (left[position]) {
            names.push_back(schema.name(position));
        }
    }
    return names;
}

std::vector<std::size_t> changed_positions(const Character& before, const Character& after) {
    std::vector<std::size_t> changed;
    for (std::size_t at = 0; at < before.parameters.size(); ++at) {
        if (before.parameters[at] != after.parameters[at]) {
            changed.push_back(at);
        }
    }
    for (std::size_t at = 0; at < before.choices.size(); ++at) {
        if (before.choices[at] != after.choices[at]) {
            changed.push_back(before.parameters.size() + at);
        }
    }
    return changed;
}

}  // namespace facebridge
