// Judging an engine's first pictures: see CaptureChecks.h.

#include "FaceBridgeCore/CaptureChecks.h"

#include "Numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace facebridge {
namespace {

// Of 255. What a GPU may change between two pictures of the same thing: rounding, and dither of its last bit.
constexpr int kRounding = 2;
constexpr double kSameMean = 0.5;

// Two faces differ where a channel is off by more than this, in at least this share of the picture's pixels.
constexpr int kSeen = 8;
constexpr double kChanged = 0.002;

// A share of sentinel pixels above which a part of the picture was not drawn; a stray one may be somebody's earring.
constexpr double kUndrawn = 0.001;
constexpr std::size_t kLookedAt = 4096;

struct Difference {
    double mean = 0;     // of all channels, of 255
    double changed = 0;  // share of pixels
    int most = 0;
};

Difference difference(const ByteArray& one, const ByteArray& two) {
    Difference found;
    const std::size_t values = one.values.size();
    std::size_t changed = 0;
    for (std::size_t pixel = 0; pixel + 2 < values; pixel += 3) {
        int most = 0;
        for (std::size_t channel = pixel; channel < pixel + 3; ++channel) {
            const int off = std::abs(int{one.values[channel]} - int{two.values[channel]});
            found.mean += off;
            most = std::max(most, off);
        }
        changed += most > kSeen ? 1 : 0;
        found.most = std::max(found.most, most);
    }
    if (values > 0) {
        found.mean /= static_cast<double>(values);
        found.changed = static_cast<double>(changed) * 3.0 / static_cast<double>(values);
    }
    return found;
}

bool same(const Difference& difference) { return difference.most <= kSeen && difference.mean <= kSameMean; }

std::string figures(const Difference& difference) {
    return "by " + short_number(std::round(difference.mean * 100) / 100) + " of 255 on average and " +
           std::to_string(difference.most) + " at most";
}

bool near(const Rgb& one, const Rgb& two) {
    return std::equal(one.begin(), one.end(), two.begin(),
                      [](std::uint8_t a, std::uint8_t b) { return std::abs(int{a} - int{b}) <= kRounding; });
}

std::string shown(const Rgb& colour) {
    return "(" + std::to_string(colour[0]) + ", " + std::to_string(colour[1]) + ", " + std::to_string(colour[2]) + ")";
}

// All parameters towards one end: far enough that every face of it differs from the other end's.
Character towards(const Schema& schema, bool high) {
    Character character = neutral_character(schema);
    for (std::size_t at = 0; at < schema.parameters.size(); ++at) {
        const Parameter& each = schema.parameters[at];
        const double end = high ? each.maximum : each.minimum;
        character.parameters[at] = static_cast<float>(each.neutral + 0.4 * (end - each.neutral));
    }
    return character;
}

std::string called(std::size_t cell) { return "cell " + std::to_string(cell + 1) + " of the grid"; }

}  // namespace

std::uint8_t srgb_byte(double linear) {
    const double light = std::clamp(linear, 0.0, 1.0);
    const double value = light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1.0 / 2.4) - 0.055;
    return static_cast<std::uint8_t>(std::lround(value * 255.0));
}

bool check_drawn(const ByteArray& pixels, std::string& problem) {
    const std::size_t count = pixels.values.size() / 3;
    const std::size_t stride = std::max<std::size_t>(count / kLookedAt, 1);
    std::size_t looked = 0;
    std::size_t left = 0;
    for (std::size_t pixel = 0; pixel < count; pixel += stride, ++looked) {
        const std::uint8_t* at = pixels.values.data() + pixel * 3;
        left += near({at[0], at[1], at[2]}, kSentinel) ? 1 : 0;
    }
    const double share = looked == 0 ? 1.0 : static_cast<double>(left) / static_cast<double>(looked);
    if (share <= kUndrawn) {
        return true;
    }
    problem = looked == 0 ? "The engine gave back an empty picture."
                          : short_number(std::round(share * 1000) / 10) +
                                " % of the picture are still the colour that the render target was cleared to: the engine "
                                "did not draw there. Check that a background fills the view and that the process may "
                                "render (-RenderOffScreen, no -nullrhi).";
    return false;
}

bool check_card(const ByteArray& pixels, const Rgb& expected, std::string& problem) {
    std::array<std::vector<std::uint8_t>, 3> channels;
    for (std::size_t at = 0; at + 2 < pixels.values.size(); at += 3) {
        for (std::size_t channel = 0; channel < 3; ++channel) {
            channels[channel].push_back(pixels.values[at + channel]);
        }
    }
    if (channels[0].empty()) {
        problem = "The engine gave back an empty picture in place of the grey card.";
        return false;
    }
    Rgb found{};
    bool even = true;
    for (std::size_t channel = 0; channel < 3; ++channel) {
        const auto [low, high] = std::minmax_element(channels[channel].begin(), channels[channel].end());
        even = even && *high - *low <= 2 * kRounding;
        std::nth_element(channels[channel].begin(), channels[channel].begin() + static_cast<std::ptrdiff_t>(channels[channel].size() / 2),
                         channels[channel].end());
        found[channel] = channels[channel][channels[channel].size() / 2];
    }
    if (even && near(found, expected)) {
        return true;
    }
    problem = "The card of " + shown(expected) + " came back as " + shown(found) + (even ? "" : ", and not even") +
              ", expected within 2 of 255: ";
    const Rgb swapped = {found[2], found[1], found[0]};
    const bool brighter = found[0] > expected[0] && found[1] > expected[1] && found[2] > expected[2];
    const bool darker = found[0] < expected[0] && found[1] < expected[1] && found[2] < expected[2];
    if (near(swapped, expected)) {
        problem += "red and blue are swapped on the way back.";
    } else if (brighter || darker) {
        problem += std::string("sRGB is encoded ") + (brighter ? "twice" : "not at all") +
                   " on the way back; the pictures would be too " + (brighter ? "bright." : "dark.");
    } else {
        problem += "the pictures' colours cannot be trusted.";
    }
    return false;
}

CaptureChecks::CaptureChecks(const Schema& schema, std::size_t cells)
    : one_(towards(schema, false)), other_(towards(schema, true)), pictures_(std::max<std::size_t>(cells, 1)) {}

void CaptureChecks::take(int step, std::size_t cell, ByteArray pixels) {
    if (cell < pictures_.size() && step >= 0 && step < kSteps) {
        pictures_[cell][static_cast<std::size_t>(step)] = std::move(pixels);
    }
}

bool CaptureChecks::judge(std::string& problem) const {
    for (std::size_t cell = 0; cell < pictures_.size(); ++cell) {
        const auto& [first, other, again] = pictures_[cell];
        if (first.values.empty() || first.shape != other.shape || first.shape != again.shape) {
            problem = "The self-test has no three pictures of one size from " + called(cell) + ".";
            return false;
        }
        for (const ByteArray* each : {&first, &other, &again}) {
            if (!check_drawn(*each, problem)) {
                return false;
            }
        }
        const Difference repeated = difference(first, again);
        const Difference changed = difference(first, other);
        if (changed.changed < kChanged) {
            problem = "Two characters that differ in every parameter gave the same picture in " + called(cell) +
                      " (they differ " + figures(changed) + "): nothing that the camera sees is driven, or the picture is " +
                      "taken before the new shape is drawn. Check the rig map's list of unmatched names, then try " +
                      "-FaceBridgeSettle=4.";
            return false;
        }
        if (!same(repeated)) {
            problem = "The same character drawn twice differs in " + called(cell) + " (" + figures(repeated) +
                      "): something moves or settles between pictures. Stop animations, physics and automatic exposure "
                      "of the scene, then try -FaceBridgeSettle=4.";
            return false;
        }
        const Difference elsewhere = difference(pictures_[0][0], first);
        if (pictures_[0][0].shape != first.shape || !same(elsewhere)) {
            problem = "The same character looks different in " + called(cell) + " and " + called(0) + " (" +
                      figures(elsewhere) +
                      "): lights reach one and not the other. Light the level with directional and sky lights only, or "
                      "use -FaceBridgeGrid=1x1.";
            return false;
        }
    }
    return true;
}

}  // namespace facebridge
