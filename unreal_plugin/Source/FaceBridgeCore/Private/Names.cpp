// Wildcards, and likeness of texts by Ratcliff and Obershelp ("Pattern Matching: the Gestalt Approach", 1988).

#include "Names.h"

#include <algorithm>
#include <string_view>

namespace facebridge {
namespace {

constexpr double kLikeEnough = 0.6;
constexpr std::size_t kLongest = 80;  // of what is typed; more cannot be near a name

// Twice this, over both lengths, is the likeness.
std::size_t matched(std::string_view one, std::string_view two) {
    std::size_t size = 0;
    std::size_t from_one = 0;
    std::size_t from_two = 0;
    std::vector<std::size_t> ends(two.size() + 1, 0);  // lengths of common runs that end here
    for (std::size_t at = 0; at < one.size(); ++at) {
        for (std::size_t other = two.size(); other > 0; --other) {
            ends[other] = one[at] == two[other - 1] ? ends[other - 1] + 1 : 0;
        }
        for (std::size_t other = 1; other <= two.size(); ++other) {
            if (ends[other] > size) {
                size = ends[other];
                from_one = at + 1 - size;
                from_two = other - size;
            }
        }
    }
    if (size == 0) {
        return 0;
    }
    return matched(one.substr(0, from_one), two.substr(0, from_two)) + size +
           matched(one.substr(from_one + size), two.substr(from_two + size));
}

// Whether `character` is in the set that begins after '['; `next` is then behind its ']'. No ']' means no set.
bool in_set(char character, std::string_view wildcard, std::size_t at, std::size_t& next, bool& found) {
    std::size_t end = at + (at < wildcard.size() && wildcard[at] == '!' ? 1 : 0);
    end = end < wildcard.size() && wildcard[end] == ']' ? end + 1 : end;
    while (end < wildcard.size() && wildcard[end] != ']') {
        ++end;
    }
    if (end >= wildcard.size()) {
        return false;
    }
    const bool inverted = wildcard[at] == '!';
    found = false;
    for (std::size_t member = at + (inverted ? 1 : 0); member < end; ++member) {
        if (member + 2 < end && wildcard[member + 1] == '-') {
            found = found || (wildcard[member] <= character && character <= wildcard[member + 2]);
            member += 2;
        } else {
            found = found || wildcard[member] == character;
        }
    }
    found = found != inverted;
    next = end + 1;
    return true;
}

}  // namespace

std::string folded(const std::string& text) {
    std::string small = text;
    for (char& character : small) {
        if (character >= 'A' && character <= 'Z') {
            character = static_cast<char>(character - 'A' + 'a');
        }
    }
    return small;
}

bool is_word(char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z') || static_cast<unsigned char>(character) >= 0x80;
}

bool is_wildcard(const std::string& text) { return text.find_first_of("*?[") != std::string::npos; }

bool matches(const std::string& name, const std::string& wildcard) {
    std::size_t at = 0;
    std::size_t in = 0;
    std::size_t star = std::string::npos;
    std::size_t retry = 0;
    while (at < name.size()) {
        std::size_t next = in + 1;
        bool fits = in < wildcard.size() && (wildcard[in] == '?' || wildcard[in] == name[at]);
        if (in < wildcard.size() && wildcard[in] == '[') {
            bool found = false;
            if (in_set(name[at], wildcard, in + 1, next, found)) {
                fits = found;
            }
        }
        if (in < wildcard.size() && wildcard[in] == '*') {
            star = in++;
            retry = at;
        } else if (fits) {
            in = next;
            ++at;
        } else if (star != std::string::npos) {  // the last star takes one more
            in = star + 1;
            at = ++retry;
        } else {
            return false;
        }
    }
    while (in < wildcard.size() && wildcard[in] == '*') {
        ++in;
    }
    return in == wildcard.size();
}

std::string suggestion(const std::string& typed, const std::vector<std::string>& known) {
    const std::string wanted = folded(typed.substr(0, kLongest));
    const std::string* best = nullptr;
    double most = kLikeEnough;
    for (const std::string& name : known) {
        const auto both = static_cast<double>(wanted.size() + name.size());
        const double likeness = both > 0 ? 2.0 * static_cast<double>(matched(wanted, name)) / both : 0;
        if (likeness > most || (best == nullptr && likeness >= most)) {
            most = likeness;
            best = &name;
        }
    }
    for (std::size_t at = 0; best == nullptr && !wanted.empty() && at < known.size(); ++at) {
        if (known[at].find(wanted) != std::string::npos) {  // half of a name, such as "width"
            best = &known[at];
        }
    }
    return best == nullptr ? "" : " (did you mean '" + *best + "'?)";
}

}  // namespace facebridge
