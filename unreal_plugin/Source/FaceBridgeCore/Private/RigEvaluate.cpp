// From a character's values to what its morph targets, bones, materials and controls are set to.

#include "FaceBridgeCore/Rig.h"

#include "RigMath.h"

#include <algorithm>
#include <unordered_map>

namespace facebridge {
namespace {

double given(const RigTarget& target, double value) {
    double beyond = value - target.rest;
    if (target.half == RigHalf::Low) {
        beyond = std::min(beyond, 0.0);
    } else if (target.half == RigHalf::High) {
        beyond = std::max(beyond, 0.0);
    }
    return target.offset + target.scale * beyond;
}

// Finds the entry of a name in a list, or makes it at the list's end.
class Slots {
public:
    template <class Entry>
    Entry& of(std::vector<Entry>& list, const std::string& key, const Entry& fresh) {
        const auto [found, added] = positions_.emplace(key, list.size());
        if (added) {
            list.push_back(fresh);
        }
        return list[found->second];
    }

private:
    std::unordered_map<std::string, std::size_t> positions_;
};

// The axis of a turned frame that is nearest to this axis of the character.
std::size_t nearest_axis(const Quaternion& frame, std::size_t axis) {
    Vector3 along{};
    along[axis] = 1.0;
    const Vector3 seen = turned(inverse(frame), along);
    std::size_t nearest = 0;
    for (std::size_t each = 1; each < 3; ++each) {
        nearest = std::abs(seen[each]) > std::abs(seen[nearest]) ? each : nearest;
    }
    return nearest;
}

}  // namespace

RigPose evaluate(const Rig& rig, const Schema& schema, const Character& character) {
    RigPose pose;
    Slots slots[6];
    for (const RigBinding& binding : rig.bindings) {
        const RigTarget& target = binding.target;
        const std::optional<std::size_t> position = schema.find(binding.parameter);
        const bool known = position && *position < character.parameters.size() && !schema.is_choice(*position);
        const double value = known ? given(target, static_cast<double>(character.parameters[*position])) : target.offset;
        const auto kind = static_cast<std::size_t>(target.kind);
        const auto axis = static_cast<std::size_t>(std::clamp(target.axis, 0, target.kind == RigKind::Vector ? 3 : 2));
        switch (target.kind) {
            case RigKind::Morph:
                slots[kind].of(pose.morphs, target.name, RigValue{target.name, 0.0}).value += value;
                break;
            case RigKind::Scalar:
                slots[kind].of(pose.scalars, target.name, RigValue{target.name, 0.0}).value += value;
                break;
            case RigKind::Control:
                slots[kind].of(pose.controls, target.name, RigValue{target.name, 0.0}).value += value;
                break;
            case RigKind::Vector: {
                RigVector& vector = slots[kind].of(pose.vectors, target.name, RigVector{target.name, {}, {}});
                vector.value[axis] += value;
                vector.driven[axis] = true;
                break;
            }
            case RigKind::Bone: {
                BoneMove fresh;
                fresh.bone = target.name;
                fresh.component = target.component;
                BoneMove& move = slots[target.component ? 5 : kind].of(pose.bones, target.name, fresh);
                Vector3& channel = target.channel == RigChannel::Translation ? move.translation
                                   : target.channel == RigChannel::Rotation  ? move.rotation
                                                                             : move.scale;
                channel[axis] += value;
                break;
            }
        }
    }
    return pose;
}

std::vector<LocalMove> local_moves(const RigPose& pose, const std::vector<RigBone>& bones) {
    const std::vector<Standing> stands = standing(bones);
    std::unordered_map<std::string, std::size_t> positions;
    for (std::size_t at = 0; at < bones.size(); ++at) {
        positions.emplace(bones[at].name, at);
    }
    std::vector<LocalMove> found;
    Slots slots;
    for (const BoneMove& move : pose.bones) {
        LocalMove fresh;
        fresh.bone = move.bone;
        LocalMove& local = slots.of(found, move.bone, fresh);
        Vector3 translation = move.translation;
        Vector3 rotation = move.rotation;
        Vector3 scale = move.scale;
        const auto position = positions.find(move.bone);
        if (move.component && position != positions.end()) {
            const RigBone& bone = bones[position->second];
            if (bone.parent >= 0 && static_cast<std::size_t>(bone.parent) < bones.size()) {
                const Standing& parent = stands[static_cast<std::size_t>(bone.parent)];
                translation = turned(inverse(parent.rotation), translation);
                rotation = turned(inverse(parent.rotation), rotation);
                for (std::size_t axis = 0; axis < 3; ++axis) {
                    translation[axis] /= parent.scale[axis] == 0.0 ? 1.0 : parent.scale[axis];
                }
            }
            scale = {1, 1, 1};
            for (std::size_t axis = 0; axis < 3; ++axis) {
                scale[nearest_axis(stands[position->second].rotation, axis)] *= move.scale[axis];
            }
        }
        local.translation = local.translation + translation;
        local.rotation = turn_by(rotation) * local.rotation;
        local.scale = local.scale * scale;
    }
    return found;
}

}  // namespace facebridge
