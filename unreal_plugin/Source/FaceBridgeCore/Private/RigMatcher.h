// One match of a schema's parameters with what a character offers: who is found, who is left.

#pragma once

#include "FaceBridgeCore/Rig.h"
#include "RigNames.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace facebridge {

std::vector<std::string> names_of(const std::vector<RigBone>& bones);

const char* kind_words(RigKind kind);

class RigMatcher {
public:
    explicit RigMatcher(const RigInventory& inventory);

    const RigNames& names(RigKind kind) const;
    RigNames& names(RigKind kind);

    // The names that `wanted` means, which are taken by that; a remark tells of several.
    std::vector<std::string> claim(RigKind kind, const std::string& wanted, bool whole);

    // The same for what several parameters move: a bone's channels, a vector's components.
    const std::vector<std::string>& claim_shared(RigKind kind, const std::string& wanted, bool whole);

    // Match these parameters by name alone: whole names first, so that a prefix never takes what is another's own.
    void match(const std::vector<const Parameter*>& parameters, Rig& rig);

    void report(RigReport& report) const;

private:
    bool match(const Parameter& parameter, bool whole, Rig& rig);
    bool match_morphs(const Parameter& parameter, bool whole, Rig& rig);
    bool match_end(const Parameter& parameter, RigHalf half, bool whole, Rig& rig);
    bool match_bone(const Parameter& parameter, bool whole, Rig& rig);
    bool match_vector(const Parameter& parameter, bool whole, Rig& rig);
    bool bind(const Parameter& parameter, const RigTarget& target, const std::vector<std::string>& found, Rig& rig);

    RigNames names_[5];
    std::map<std::pair<RigKind, std::string>, std::vector<std::string>> shared_;
    RigReport report_;
};

}  // namespace facebridge
