// What differs between two characters, largest first, and finding parameters by a few words.

#pragma once

#include "FaceBridgeCore/Character.h"
#include "FaceBridgeCore/Export.h"

#include <cstddef>
#include <string>
#include <vector>

namespace facebridge {

// One parameter that differs; `share` is after - before in shares of the parameter's range, -1 to 1.
struct Difference {
    std::size_t position = 0;
    float before = 0;
    float after = 0;
    double share = 0;
};

struct ChoiceDifference {
    std::size_t position = 0;
    std::string before;
    std::string after;
};

// Parameters with the largest share first, choices in schema order.
struct Diff {
    std::vector<Difference> parameters;
    std::vector<ChoiceDifference> choices;
};

// Both characters must suit the schema.
FACEBRIDGECORE_API Diff diff(const Schema& schema, const Character& before, const Character& after);

// Positions of the parameters and choices in which every word of `text` occurs; "" finds all. A word may be the
// beginning of any word of a name, label, group or description, whatever its case. First come names that these words
// spell ("nose wid": nose.width), then those whose name, label or group has them, then those whose description is
// needed.
FACEBRIDGECORE_API std::vector<std::size_t> search(const Schema& schema, const std::string& text);

}  // namespace facebridge
