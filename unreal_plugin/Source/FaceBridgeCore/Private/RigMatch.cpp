// Matching by name: which morph targets, bones, material parameters and controls a schema's parameters mean.

#include "RigMatcher.h"

#include "Names.h"

#include <algorithm>
#include <iterator>

namespace facebridge {
namespace {

// How exporters call the two ends of a range.
constexpr const char* kLow[] = {"min", "neg", "minus", "decr", "negative", "less", "low"};
constexpr const char* kHigh[] = {"max", "pos", "plus", "incr", "positive", "more", "high"};

constexpr std::size_t kRemarks = 50;

// Above this many names the nearest one is not looked for: every pair of names would be compared.
constexpr std::size_t kCompared = 2000;

// The name without its last words.
std::string beginning(const std::vector<std::string>& words, std::size_t last) {
    std::string name;
    for (std::size_t at = 0; at + last < words.size(); ++at) {
        name += (at > 0 ? "." : "") + words[at];
    }
    return name;
}

}  // namespace

std::vector<std::string> names_of(const std::vector<RigBone>& bones) {
    std::vector<std::string> names;
    for (const RigBone& bone : bones) {
        names.push_back(bone.name);
    }
    return names;
}

const char* kind_words(RigKind kind) {
    constexpr const char* kWords[] = {"morph target", "bone", "material scalar", "material vector", "control"};
    return kWords[static_cast<std::size_t>(kind)];
}

RigMatcher::RigMatcher(const RigInventory& inventory)
    : names_{RigNames(inventory.morphs), RigNames(names_of(inventory.bones)), RigNames(inventory.scalars),
             RigNames(inventory.vectors), RigNames(inventory.controls)} {}

const RigNames& RigMatcher::names(RigKind kind) const { return names_[static_cast<std::size_t>(kind)]; }
RigNames& RigMatcher::names(RigKind kind) { return names_[static_cast<std::size_t>(kind)]; }

std::vector<std::string> RigMatcher::claim(RigKind kind, const std::string& wanted, bool whole) {
    std::vector<std::string> found = names(kind).find(wanted, whole);
    for (const std::string& name : found) {
        names(kind).take(name);
    }
    if (found.size() > 1 && report_.remarks.size() < kRemarks) {
        std::string list;
        for (const std::string& name : found) {
            list += (list.empty() ? "'" : ", '") + name + "'";
        }
        report_.remarks.push_back("'" + wanted + "' is the name of " + std::to_string(found.size()) + " " +
                                  kind_words(kind) + "s: " + list + "; all of them are driven.");
    }
    return found;
}

const std::vector<std::string>& RigMatcher::claim_shared(RigKind kind, const std::string& wanted, bool whole) {
    std::vector<std::string>& found = shared_[{kind, rig_key(wanted)}];
    if (found.empty()) {
        found = claim(kind, wanted, whole);
    }
    return found;
}

void RigMatcher::match(const std::vector<const Parameter*>& parameters, Rig& rig) {
    std::vector<const Parameter*> left = parameters;
    for (const bool whole : {true, false}) {
        std::vector<const Parameter*> next;
        std::copy_if(left.begin(), left.end(), std::back_inserter(next),
                     [&](const Parameter* parameter) { return !match(*parameter, whole, rig); });
        left = std::move(next);
    }
    std::vector<std::string> known;
    for (const RigKind kind : {RigKind::Morph, RigKind::Scalar, RigKind::Control}) {
        const std::vector<std::string> names_left = names(kind).left();
        std::transform(names_left.begin(), names_left.end(), std::back_inserter(known), folded);
    }
    for (const Parameter* parameter : left) {
        report_.parameters.push_back(parameter->name);
        if (report_.remarks.size() < kRemarks && known.size() <= kCompared) {
            const std::string near = suggestion(parameter->name, known);
            if (!near.empty()) {
                report_.remarks.push_back("Nothing is called '" + parameter->name + "'" + near + ".");
            }
        }
    }
}

bool RigMatcher::match(const Parameter& parameter, bool whole, Rig& rig) {
    RigTarget as_it_is;
    as_it_is.kind = RigKind::Scalar;
    const bool shaped = match_morphs(parameter, whole, rig) || match_bone(parameter, whole, rig);
    const bool coloured = bind(parameter, as_it_is, claim(RigKind::Scalar, parameter.name, whole), rig) ||
                          match_vector(parameter, whole, rig);
    if (shaped || coloured) {
        return true;
    }
    as_it_is.kind = RigKind::Control;  // a control that moves the same bones or morph targets would do it twice
    return bind(parameter, as_it_is, claim(RigKind::Control, parameter.name, whole), rig);
}

bool RigMatcher::match_morphs(const Parameter& parameter, bool whole, Rig& rig) {
    const std::vector<std::string> found = claim(RigKind::Morph, parameter.name, whole);
    if (!found.empty()) {
        RigTarget target;
        target.rest = parameter.neutral;
        target.scale = 1.0 / std::max(parameter.maximum - parameter.neutral, parameter.neutral - parameter.minimum);
        return bind(parameter, target, found, rig);
    }
    const bool low = match_end(parameter, RigHalf::Low, whole, rig);
    const bool high = match_end(parameter, RigHalf::High, whole, rig);
    const bool both = parameter.minimum < parameter.neutral && parameter.neutral < parameter.maximum;
    if (low != high && both && report_.remarks.size() < kRemarks) {
        report_.remarks.push_back("'" + parameter.name + "' has a morph target for its " + (low ? "lower" : "upper") +
                                  " end alone; the other half of its range moves nothing.");
    }
    return low || high;
}

bool RigMatcher::match_end(const Parameter& parameter, RigHalf half, bool whole, Rig& rig) {
    const double reach =
        half == RigHalf::Low ? parameter.minimum - parameter.neutral : parameter.maximum - parameter.neutral;
    if (reach == 0.0) {
        return false;
    }
    RigTarget target;
    target.half = half;
    target.rest = parameter.neutral;
    target.scale = 1.0 / reach;
    for (std::size_t at = 0; at < std::size(kLow); ++at) {
        const std::string end = half == RigHalf::Low ? kLow[at] : kHigh[at];
        if (bind(parameter, target, claim(RigKind::Morph, parameter.name + "." + end, whole), rig)) {
            return true;
        }
    }
    return false;
}

// BONE.CHANNEL.AXIS, as in jaw.rotate.x.
bool RigMatcher::match_bone(const Parameter& parameter, bool whole, Rig& rig) {
    const std::vector<std::string> words = rig_words(parameter.name);
    if (words.size() < 3 || words.back().size() != 1) {
        return false;
    }
    const std::string& channel = words[words.size() - 2];
    const char axis = words.back()[0];
    RigTarget target;
    target.kind = RigKind::Bone;
    target.rest = parameter.neutral;
    target.axis = axis - 'x';
    if (axis < 'x' || axis > 'z') {
        return false;
    }
    if (channel == "translate" || channel == "translation") {
        target.channel = RigChannel::Translation;
    } else if (channel == "rotate" || channel == "rotation") {
        target.channel = RigChannel::Rotation;
    } else if (channel == "scale") {
        target.channel = RigChannel::Scale;
    } else {
        return false;
    }
    return bind(parameter, target, claim_shared(RigKind::Bone, beginning(words, 2), whole), rig);
}

// VECTOR.COMPONENT, as in lip.colour.r.
bool RigMatcher::match_vector(const Parameter& parameter, bool whole, Rig& rig) {
    const std::vector<std::string> words = rig_words(parameter.name);
    const std::size_t component = words.empty() ? std::string::npos : std::string("rgba").find(words.back());
    if (words.size() < 2 || words.back().size() != 1 || component == std::string::npos) {
        return false;
    }
    RigTarget target;
    target.kind = RigKind::Vector;
    target.axis = static_cast<int>(component);
    return bind(parameter, target, claim_shared(RigKind::Vector, beginning(words, 1), whole), rig);
}

bool RigMatcher::bind(const Parameter& parameter, const RigTarget& target, const std::vector<std::string>& found,
                      Rig& rig) {
    for (const std::string& name : found) {
        rig.bindings.push_back({parameter.name, target});
        rig.bindings.back().target.name = name;
    }
    return !found.empty();
}

void RigMatcher::report(RigReport& report) const {
    report = report_;
    for (const RigKind kind : {RigKind::Morph, RigKind::Bone, RigKind::Scalar, RigKind::Vector, RigKind::Control}) {
        for (const std::string& name : names(kind).left()) {
            report.targets.push_back(std::string(kind_words(kind)) + " '" + name + "'");
        }
    }
}

Rig match_rig(const Schema& schema, const RigInventory& inventory, RigReport& report) {
    RigMatcher matcher(inventory);
    std::vector<const Parameter*> parameters;
    for (const Parameter& parameter : schema.parameters) {
        parameters.push_back(&parameter);
    }
    Rig rig;
    matcher.match(parameters, rig);
    matcher.report(report);
    return rig;
}

}  // namespace facebridge
