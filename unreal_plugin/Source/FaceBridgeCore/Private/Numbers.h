// Numbers as text, exactly as the Python side writes them.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace facebridge {

// As "%g" has it, for sentences.
inline std::string short_number(double value) {
    char text[40];
    std::snprintf(text, sizeof(text), "%g", value);
    return text;
}

// Rounded to six decimals, as parameter files hold values: the double nearest to the decimal, ties by the exact value.
inline double rounded(double value) {
    char text[400];
    std::snprintf(text, sizeof(text), "%.6f", value);
    return std::strtod(text, nullptr);
}

// The shortest decimal that reads back as the same finite double, laid out as Python's repr does.
inline std::string repr(double value) {
    char text[40];
    for (int decimals = 0; decimals < 17; ++decimals) {
        std::snprintf(text, sizeof(text), "%.*e", decimals, value);
        if (std::strtod(text, nullptr) == value) {
            break;
        }
    }
    std::string digits;
    const char* at = text;
    for (; *at != 'e'; ++at) {  // the sign and the decimal sign are not digits, whatever the locale writes
        if (*at >= '0' && *at <= '9') {
            digits += *at;
        }
    }
    const int exponent = std::atoi(at + 1);
    const std::string sign = text[0] == '-' ? "-" : "";
    const int count = static_cast<int>(digits.size());
    if (exponent < -4 || exponent >= 16) {
        const std::string more = count > 1 ? "." + digits.substr(1) : "";
        char power[16];
        std::snprintf(power, sizeof(power), "e%+03d", exponent);
        return sign + digits.substr(0, 1) + more + power;
    }
    if (exponent < 0) {
        return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    }
    if (count <= exponent + 1) {
        return sign + digits + std::string(static_cast<std::size_t>(exponent + 1 - count), '0') + ".0";
    }
    const auto whole = static_cast<std::size_t>(exponent + 1);
    return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace facebridge
