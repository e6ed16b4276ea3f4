// UTF-8: whether bytes are valid, and cutting a text at a character.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace facebridge {

// Whether the bytes are UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
inline bool is_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto lead = static_cast<unsigned char>(text[at]);
        std::size_t more = 0;
        unsigned low = 0x80;
        unsigned high = 0xBF;
        if (lead < 0x80) {
            ++at;
            continue;
        }
        if (lead >= 0xC2 && lead <= 0xDF) {
            more = 1;
        } else if (lead >= 0xE0 && lead <= 0xEF) {
            more = 2;
            low = lead == 0xE0 ? 0xA0 : 0x80;
            high = lead == 0xED ? 0x9F : 0xBF;
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            more = 3;
            low = lead == 0xF0 ? 0x90 : 0x80;
            high = lead == 0xF4 ? 0x8F : 0xBF;
        } else {
            return false;
        }
        if (text.size() - at <= more) {
            return false;
        }
        for (std::size_t next = 1; next <= more; ++next) {
            const auto follow = static_cast<unsigned char>(text[at + next]);
            if (follow < (next == 1 ? low : 0x80) || follow > (next == 1 ? high : 0xBF)) {
                return false;
            }
        }
        at += more + 1;
    }
    return true;
}

// The longest beginning of valid UTF-8 that has at most `most` bytes and ends between characters.
inline std::string cut_utf8(const std::string& text, std::size_t most) {
    if (text.size() <= most) {
        return text;
    }
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
        --end;
    }
    return text.substr(0, end);
}

}  // namespace facebridge
