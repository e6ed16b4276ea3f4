// Names as people type them: case, wildcards, and the nearest of what there is.

#pragma once

#include <string>
#include <vector>

namespace facebridge {

// ASCII letters small; other characters stay as they are.
std::string folded(const std::string& text);

// Letters and digits count as a word's; so does every character beyond ASCII.
bool is_word(char character);

// Whether a name matches a wildcard of *, ?, [abc], [a-c] and [!abc].
bool matches(const std::string& name, const std::string& wildcard);

bool is_wildcard(const std::string& text);

// " (did you mean 'nose.width'?)", or "" when nothing is near: the likest by Ratcliff and Obershelp's measure, at least
// 0.6, as Python's difflib has it.
std::string suggestion(const std::string& typed, const std::vector<std::string>& known);

}  // namespace facebridge
