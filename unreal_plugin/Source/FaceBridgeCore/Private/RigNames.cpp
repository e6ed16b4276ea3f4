// The index of importers' names: every ending of a name, at a word's beginning, leads to it.

#include "RigNames.h"

#include "Names.h"

#include <algorithm>

namespace facebridge {
namespace {

// A name of more words than this is not looked for by its later ones: keeps the index small for hostile names.
constexpr std::size_t kWords = 16;

bool is_number(const std::string& word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char each) { return each >= '0' && each <= '9'; });
}

std::string joined(const std::vector<std::string>& words, std::size_t first, std::size_t last) {
    std::string key;
    for (std::size_t at = first; at < last; ++at) {
        key += words[at];
    }
    return key;
}

}  // namespace

std::vector<std::string> rig_words(const std::string& name) {
    std::vector<std::string> words(1);
    for (const char each : folded(name)) {
        if (is_word(each)) {
            words.back() += each;
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
    }
    if (words.back().empty()) {
        words.pop_back();
    }
    return words;
}

std::string rig_key(const std::string& name) {
    const std::vector<std::string> words = rig_words(name);
    return joined(words, 0, words.size());
}

RigNames::RigNames(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (!by_name_.emplace(name, names_.size()).second) {
            continue;  // the same morph target on several meshes
        }
        const std::vector<std::string> words = rig_words(name);
        for (std::size_t first = 0; first < std::min(words.size(), kWords); ++first) {
            by_key_[joined(words, first, words.size())].push_back({names_.size(), first});
            // "nose.width.001" is a copy's name.
            if (words.size() - first > 1 && words.back().size() == 3 && is_number(words.back())) {
                by_key_[joined(words, first, words.size() - 1)].push_back({names_.size(), first + 1});
            }
        }
        names_.push_back(name);
    }
    taken_.assign(names_.size(), false);
}

std::vector<std::string> RigNames::find(const std::string& wanted, bool whole) const {
    std::vector<std::string> found;
    const auto entries = by_key_.find(rig_key(wanted));
    if (entries == by_key_.end()) {
        return found;
    }
    std::size_t fewest = kWords + 1;
    for (const Entry& entry : entries->second) {
        if (!taken_[entry.name] && (entry.before == 0 || !whole)) {
            fewest = std::min(fewest, entry.before);
        }
    }
    for (const Entry& entry : entries->second) {
        if (!taken_[entry.name] && entry.before == fewest && std::find(found.begin(), found.end(), names_[entry.name]) == found.end()) {
            found.push_back(names_[entry.name]);
        }
    }
    return found;
}

void RigNames::take(const std::string& name) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) {
        taken_[found->second] = true;
    }
}

std::vector<std::string> RigNames::left() const {
    std::vector<std::string> found;
    for (std::size_t at = 0; at < names_.size(); ++at) {
        if (!taken_[at]) {
            found.push_back(names_[at]);
        }
    }
    return found;
}

}  // namespace facebridge
