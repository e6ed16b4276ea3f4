// Differences and the search, by the rules of engine_bridge/parameter_diff.py; beyond ASCII, case is not folded.

#include "FaceBridgeCore/Diff.h"

#include "Names.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace facebridge {
namespace {

// Of a range: files hold six decimals, so that smaller differences are the rounding of a file.
constexpr double kSmallestShare = 1e-5;
constexpr std::size_t kUnfound = 3;

std::vector<std::string> split(const std::string& text, bool at_blanks) {
    std::vector<std::string> pieces(1);
    for (const char character : folded(text)) {
        const bool blank = character == ' ' || (character >= '\t' && character <= '\r');
        if (at_blanks ? !blank : is_word(character)) {
            pieces.back() += character;
        } else if (!pieces.back().empty()) {
            pieces.emplace_back();
        }
    }
    if (pieces.back().empty()) {
        pieces.pop_back();
    }
    return pieces;
}

bool begins(const std::string& piece, const std::string& word) { return piece.compare(0, word.size(), word) == 0; }

bool has(const std::string& text, const std::vector<std::string>& words) {
    const std::string whole = folded(text);
    const std::vector<std::string> pieces = split(text, false);
    return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
        if (!std::all_of(word.begin(), word.end(), is_word)) {
            return whole.find(word) != std::string::npos;
        }
        return std::any_of(pieces.begin(), pieces.end(), [&](const std::string& piece) { return begins(piece, word); });
    });
}

std::size_t rank(const std::string& name, const std::string& title, const std::string& more,
                 const std::vector<std::string>& words) {
    const std::vector<std::string> pieces = split(name, false);
    if (pieces.size() == words.size() && std::equal(pieces.begin(), pieces.end(), words.begin(), begins)) {
        return 0;
    }
    return has(title, words) ? 1 : has(title + " " + more, words) ? 2 : kUnfound;
}

}  // namespace

Diff diff(const Schema& schema, const Character& before, const Character& after) {
    Diff found;
    for (std::size_t position = 0; position < schema.parameters.size(); ++position) {
        const Parameter& parameter = schema.parameters[position];
        const float old_value = before.parameters[position];
        const float new_value = after.parameters[position];
        const double share = (static_cast<double>(new_value) - static_cast<double>(old_value)) /
                             (parameter.maximum - parameter.minimum);
        if (std::abs(share) > kSmallestShare) {
            found.parameters.push_back({position, old_value, new_value, share});
        }
    }
    const auto larger = [](const Difference& one, const Difference& two) {
        return std::abs(one.share) > std::abs(two.share);
    };
    std::stable_sort(found.parameters.begin(), found.parameters.end(), larger);
    for (std::size_t at = 0; at < schema.choices.size(); ++at) {
        if (before.choices[at] != after.choices[at]) {
            const std::vector<std::string>& options = schema.choices[at].options;
            found.choices.push_back(
                {schema.parameters.size() + at, options[before.choices[at]], options[after.choices[at]]});
        }
    }
    return found;
}

std::vector<std::size_t> search(const Schema& schema, const std::string& text) {
    const std::vector<std::string> words = split(text, true);
    std::array<std::vector<std::size_t>, kUnfound> ranked;
    for (std::size_t position = 0; position < schema.count(); ++position) {
        const std::string title = schema.name(position) + " " + schema.label(position);
        std::size_t found = kUnfound;
        if (schema.is_choice(position)) {
            std::string more = schema.choice(position).description;
            for (const std::string& option : schema.choice(position).options) {
                more += " " + option;
            }
            found = rank(schema.name(position), title, more, words);
        } else {
            const Parameter& parameter = schema.parameters[position];
            found = rank(parameter.name, title + " " + parameter.group, parameter.description, words);
        }
        if (found < kUnfound) {
            ranked[found].push_back(position);
        }
    }
    std::vector<std::size_t> positions;
    for (const std::vector<std::size_t>& each : ranked) {
        positions.insert(positions.end(), each.begin(), each.end());
    }
    return positions;
}

}  // namespace facebridge
