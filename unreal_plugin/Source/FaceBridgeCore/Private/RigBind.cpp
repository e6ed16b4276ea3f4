// A rig file onto an imported character: its names as the importer has them, its axes as the skeleton shows them.

#include "FaceBridgeCore/RigFile.h"

#include "Numbers.h"
#include "RigMatcher.h"
#include "RigMath.h"

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_map>

namespace facebridge {
namespace {

// Fewer bones than this, or worse agreement than this share of their spread, do not say how the axes lie.
constexpr std::size_t kBones = 4;
constexpr double kMisfit = 0.1;

// Axis `source[i]` of the file, times sign[i] * scale, is axis i of the character.
struct Axes {
    std::size_t source[3] = {0, 1, 2};
    double sign[3] = {1, 1, 1};
    double scale = 1;

    Vector3 of(const Vector3& file) const {
        return {sign[0] * file[source[0]], sign[1] * file[source[1]], sign[2] * file[source[2]]};
    }

    // -1 where a right-handed file meets a left-handed engine.
    double handedness() const {
        const bool odd = (source[0] + 1) % 3 != source[1];
        return sign[0] * sign[1] * sign[2] * (odd ? -1.0 : 1.0);
    }

    std::size_t engine_axis(std::size_t file_axis) const {
        return static_cast<std::size_t>(std::find(source, source + 3, file_axis) - source);
    }
};

void centre(std::vector<Vector3>& points) {
    Vector3 mean{};
    const double share = 1.0 / static_cast<double>(points.size());
    for (const Vector3& point : points) {
        mean = mean + point * Vector3{share, share, share};
    }
    for (Vector3& point : points) {
        point = point - mean;
    }
}

// Tries all 48 ways to lay three axes onto three; false when none fits, or more than one does.
bool fit_axes(std::vector<Vector3> file, std::vector<Vector3> engine, Axes& best) {
    if (file.size() < kBones) {
        return false;
    }
    centre(file);
    centre(engine);
    double file_spread = 0;
    double engine_spread = 0;
    for (std::size_t at = 0; at < file.size(); ++at) {
        file_spread += dot(file[at], file[at]);
        engine_spread += dot(engine[at], engine[at]);
    }
    if (file_spread == 0.0 || engine_spread == 0.0) {
        return false;
    }
    double least = std::numeric_limits<double>::max();
    double second = least;
    std::size_t order[3] = {0, 1, 2};
    do {
        for (unsigned signs = 0; signs < 8; ++signs) {
            Axes axes;
            double along = 0;
            for (std::size_t axis = 0; axis < 3; ++axis) {
                axes.source[axis] = order[axis];
                axes.sign[axis] = (signs >> axis & 1) != 0 ? -1.0 : 1.0;
            }
            for (std::size_t at = 0; at < file.size(); ++at) {
                along += dot(axes.of(file[at]), engine[at]);
            }
            axes.scale = along / file_spread;  // of least squares
            const double misfit = axes.scale > 0 ? 1.0 - along * axes.scale / engine_spread : 1.0;
            if (misfit < least) {
                second = least;
                least = misfit;
                best = axes;
            } else {
                second = std::min(second, misfit);
            }
        }
    } while (std::next_permutation(order, order + 3));
    // Both are squares; a flat or symmetric skeleton fits in several ways as well as in one.
    return least < kMisfit * kMisfit && second > 4.0 * std::max(least, 1e-9);
}

// The file's bone -> the character's.
using BoneNames = std::unordered_map<std::string, std::string>;

bool lay_axes(const RigFile& file, const RigInventory& inventory, const BoneNames& bones, Axes& axes) {
    const std::vector<Standing> stands = standing(inventory.bones);
    std::unordered_map<std::string, Vector3> rests;
    for (std::size_t at = 0; at < stands.size(); ++at) {
        rests.emplace(inventory.bones[at].name, stands[at].translation);
    }
    std::vector<Vector3> in_file;
    std::vector<Vector3> in_engine;
    for (const RigBone& bone : file.bones) {
        const auto name = bones.find(bone.name);
        if (name != bones.end()) {
            in_file.push_back(bone.translation);
            in_engine.push_back(rests[name->second]);
        }
    }
    return fit_axes(std::move(in_file), std::move(in_engine), axes);
}

RigTarget laid(const RigTarget& target, const Axes& axes) {
    RigTarget found = target;
    const std::size_t axis = axes.engine_axis(static_cast<std::size_t>(target.axis));
    double factor = 1;
    if (target.channel == RigChannel::Translation) {
        factor = axes.sign[axis] * axes.scale;
    } else if (target.channel == RigChannel::Rotation) {
        factor = axes.sign[axis] * axes.handedness();  // a mirror turns the other way round
    }
    found.axis = static_cast<int>(axis);
    found.scale *= factor;
    found.offset *= factor;
    found.component = true;
    return found;
}

// Names that the file knows are the character's own for the rest of the match.
std::vector<std::string> claimed(RigMatcher& matcher, RigKind kind, const std::string& name) {
    const std::vector<std::string>& whole = matcher.claim_shared(kind, name, true);
    return whole.empty() ? matcher.claim_shared(kind, name, false) : whole;
}

}  // namespace

bool bind_rig(const RigFile& file, const Schema& schema, const RigInventory& inventory, Rig& rig, RigReport& report,
              std::string& problem) {
    if (file.schema_hash != schema.hash) {
        problem = "The rig file belongs to the schema " + file.schema_hash.substr(0, 12) + " of '" + file.character +
                  "' version " + file.version + ", the character to " + schema.hash.substr(0, 12) + " of '" +
                  schema.character + "' version " + schema.version + "; export the rig file again.";
        return false;
    }
    RigMatcher matcher(inventory);
    BoneNames bones;
    for (const RigBone& bone : file.bones) {
        const std::vector<std::string> found = claimed(matcher, RigKind::Bone, bone.name);
        if (!found.empty()) {
            bones[bone.name] = found.front();
        }
    }
    Axes axes;
    const bool laid_out = lay_axes(file, inventory, bones, axes);
    Rig fresh;
    std::set<std::string> bound;
    std::size_t moves_lost = 0;
    for (const RigBinding& binding : file.bindings) {
        const RigKind kind = binding.target.kind;
        if (kind == RigKind::Bone && !laid_out) {
            ++moves_lost;
            continue;
        }
        for (const std::string& name : claimed(matcher, kind, binding.target.name)) {
            RigTarget target = kind == RigKind::Bone ? laid(binding.target, axes) : binding.target;
            target.name = name;
            fresh.bindings.push_back({binding.parameter, target});
            bound.insert(binding.parameter);
        }
    }
    std::size_t expressions = 0;
    for (const std::string& expression : file.expressions) {
        expressions += claimed(matcher, RigKind::Morph, expression).empty() ? 0 : 1;
    }
    std::vector<const Parameter*> left;
    for (const Parameter& parameter : schema.parameters) {
        if (bound.count(parameter.name) == 0) {
            left.push_back(&parameter);
        }
    }
    matcher.match(left, fresh);
    matcher.report(report);
    if (moves_lost > 0) {
        report.remarks.push_back(std::to_string(moves_lost) + " moves of bones are left out: " +
                                 std::to_string(bones.size()) + " of the file's " + std::to_string(file.bones.size()) +
                                 " bones were found, and they do not show how the axes of the file lie; import the "
                                 "character with its skeleton and bind again.");
    } else if (laid_out) {
        report.remarks.push_back("One unit of length of the rig file is " + short_number(axes.scale) +
                                 " of the character's, found from " + std::to_string(bones.size()) + " bones.");
    }
    if (expressions > 0) {
        report.remarks.push_back(std::to_string(expressions) +
                                 " morph targets are expressions, which no parameter drives.");
    }
    std::size_t baked = 0;
    for (const std::string& name : report.parameters) {
        baked += std::find(file.baked.begin(), file.baked.end(), name) != file.baked.end() ? 1 : 0;
    }
    if (baked > 0) {
        report.remarks.push_back(std::to_string(baked) +
                                 " parameters are baked into the file's pictures; give a material a scalar parameter of "
                                 "the same name to drive them.");
    }
    rig = std::move(fresh);
    return true;
}

}  // namespace facebridge
