// One character's values, and edits of them as data: what is meant, what is done, and what locks and ranges say to it.

#pragma once

#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Schema.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace facebridge {

// Parameters in schema order, and the option number of each choice.
struct Character {
    std::vector<float> parameters;
    std::vector<std::uint8_t> choices;

    bool operator==(const Character& other) const {
        return parameters == other.parameters && choices == other.choices;
    }
};

// Whether each position of a schema is locked.
using Locks = std::vector<bool>;

enum class Operation { Set, Add, Subtract };

// One wish. The target is a name, a group, a wildcard such as `eye.*.size`, or `GROUP.*`; the value a number, an
// option's name, or "default".
struct Edit {
    std::string target;
    Operation operation = Operation::Set;
    std::variant<double, std::string> value;
};

// What holds during edits. `mirror`: a partner takes the same value. `clamp`: what leaves its range becomes the range's
// end; else it is refused.
struct Rules {
    Locks locked;  // empty: nothing
    bool mirror = false;
    bool clamp = false;

    bool holds(std::size_t position) const { return position < locked.size() && locked[position]; }
};

// The character after an edit, and positions: whose value changed, left alone for a lock, clamped.
struct Edited {
    Character character;
    std::vector<std::size_t> changed;
    std::vector<std::size_t> skipped;
    std::vector<std::size_t> clamped;
};

FACEBRIDGECORE_API Character neutral_character(const Schema& schema);

// Whether the values suit the schema. Values off their range's end by float rounding alone are set to it. False, with a
// sentence that names the first parameter that is not finite or not in its range.
FACEBRIDGECORE_API bool check_character(const Schema& schema, Character& character, std::string& problem);

// The positions that a target means, in schema order; false, with a sentence that suggests the nearest name, for none.
FACEBRIDGECORE_API bool select(const Schema& schema, const std::string& target, std::vector<std::size_t>& positions,
                               std::string& problem);

// The character after one edit; false, with a sentence, for an unknown target, a value that does not suit it or leaves
// its range, and when everything that is meant is locked.
FACEBRIDGECORE_API bool apply_edit(const Schema& schema, const Character& character, const Edit& edit,
                                   const Rules& rules, Edited& edited, std::string& problem);

// What `target` means ("*": everything) takes its values in `source`; what is locked is passed over.
FACEBRIDGECORE_API bool restore(const Schema& schema, const Character& character, const std::string& target,
                                const Character& source, const Rules& rules, Edited& edited, std::string& problem);

// Names, groups and wildcards to what they lock, added to `locked`.
FACEBRIDGECORE_API bool expand_locks(const Schema& schema, const std::vector<std::string>& targets, Locks& locked,
                                     std::string& problem);

// The shortest list that means these: a group's name where all of it is locked.
FACEBRIDGECORE_API std::vector<std::string> compact_locks(const Schema& schema, const Locks& locked);

// The positions whose values differ.
FACEBRIDGECORE_API std::vector<std::size_t> changed_positions(const Character& before, const Character& after);

}  // namespace facebridge
