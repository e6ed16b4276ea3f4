// The first-run self-test of a capturing engine, as judgements of pictures: is what it sends what it was asked for?

#pragma once

#include "FaceBridgeCore/Character.h"
#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Fields.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace facebridge {

using Rgb = std::array<std::uint8_t, 3>;

// What a render target is cleared to before it is drawn: a colour that no face, hair or background has.
inline constexpr Rgb kSentinel = {255, 0, 255};

// Linear light, 0 to 1, as the sRGB byte that shows it (IEC 61966-2-1).
FACEBRIDGECORE_API std::uint8_t srgb_byte(double linear);

// Whether the picture, (px, px, 3), was drawn at all: false, with a sentence, when the sentinel is left in it. A few
// thousand pixels are looked at, so that every sample can be checked.
FACEBRIDGECORE_API bool check_drawn(const ByteArray& pixels, std::string& problem);

// Whether a card of one colour came back within 2 of 255: false, with a sentence that tells a wrong gamma and swapped
// channels from each other.
FACEBRIDGECORE_API bool check_card(const ByteArray& pixels, const Rgb& expected, std::string& problem);

// Draws two characters, and the first of them again, in every cell of the grid; two that differ must differ in the
// picture, one and the same must not, in whichever cell.
class FACEBRIDGECORE_API CaptureChecks {
public:
    static constexpr int kSteps = 3;

    CaptureChecks(const Schema& schema, std::size_t cells);

    // What to draw in every cell.
    const Character& character(int step) const { return step == 1 ? other_ : one_; }

    void take(int step, std::size_t cell, ByteArray pixels);

    // Whether all pictures are there and right; false, with a sentence for the farm's operator.
    bool judge(std::string& problem) const;

private:
    Character one_;
    Character other_;
    std::vector<std::array<ByteArray, kSteps>> pictures_;  // by cell
};

}  // namespace facebridge
