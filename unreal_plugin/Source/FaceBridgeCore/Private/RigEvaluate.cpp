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

// The position of a name's entry in a list, made at its end where there is none.
class Slots {
public:
    template <class Entry>
    std::size_t of(std::vector<Entry>& list, const std::string& key, const Entry& fresh) {
        const auto [found, added] = positions_.emplace(key, list.size());
        if (added) {
            list.push_back(fresh);
        }
        return found->second;
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

RigEvaluator::RigEvaluator(const Rig& rig, const Schema& schema) {
    Slots morphs;
    Slots scalars;
    Slots controls;
    Slots vectors;
    Slots bones[2];
    for (const RigBinding& binding : rig.bindings) {
        Step step{binding.target, schema.parameters.size(), 0};
        RigTarget& target = step.target;
        const std::optional<std::size_t> position = schema.find(binding.parameter);
        if (position && !schema.is_choice(*position)) {
            step.parameter = *position;
        }
        target.axis = std::clamp(target.axis, 0, target.kind == RigKind::Vector ? 3 : 2);
        switch (target.kind) {
            case RigKind::Morph:
                step.slot = morphs.of(blank_.morphs, target.name, RigValue{target.name, 0.0});
                break;
            case RigKind::Scalar:
                step.slot = scalars.of(blank_.scalars, target.name, RigValue{target.name, 0.0});
                break;
            case RigKind::Control:
                step.slot = controls.of(blank_.controls, target.name, RigValue{target.name, 0.0});
                break;
            case RigKind::Vector:
                step.slot = vectors.of(blank_.vectors, target.name, RigVector{target.name, {}, {}});
                blank_.vectors[step.slot].driven[static_cast<std::size_t>(target.axis)] = true;
                break;
            case RigKind::Bone: {
                BoneMove fresh;
                fresh.bone = target.name;
                fresh.component = target.component;
                step.slot = bones[target.component ? 1 : 0].of(blank_.bones, target.name, fresh);
                break;
            }
        }
        steps_.push_back(step);
    }
}

RigPose RigEvaluator::evaluate(const Character& character) const {
    RigPose pose = blank_;
    for (const Step& step : steps_) {
        const RigTarget& target = step.target;
        const bool known = step.parameter < character.parameters.size();
        const double value =
            known ? given(target, static_cast<double>(character.parameters[step.parameter])) : target.offset;
        const auto axis = static_cast<std::size_t>(target.axis);
        switch (target.kind) {
            case RigKind::Morph:
                pose.morphs[step.slot].value += value;
                break;
            case RigKind::Scalar:
                pose.scalars[step.slot].value += value;
                break;
            case RigKind::Control:
                pose.controls[step.slot].value += value;
                break;
            case RigKind::Vector:
                pose.vectors[step.slot].value[axis] += value;
                break;
            case RigKind::Bone: {
                BoneMove& move = pose.bones[step.slot];
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

RigPose evaluate(const Rig& rig, const Schema& schema, const Character& character) {
    return RigEvaluator(rig, schema).evaluate(character);
}

RigSkeleton::RigSkeleton(const std::vector<RigBone>& bones) {
    const std::vector<Standing> stands = standing(bones);
    for (std::size_t at = 0; at < bones.size(); ++at) {
        Frame frame;
        const auto parent = static_cast<std::size_t>(bones[at].parent);
        if (bones[at].parent >= 0 && parent < bones.size()) {
            frame.has_parent = true;
            frame.parent_rotation = stands[parent].rotation;
            frame.parent_scale = stands[parent].scale;
        }
        for (std::size_t axis = 0; axis < 3; ++axis) {
            frame.axes[axis] = nearest_axis(stands[at].rotation, axis);
        }
        frames_.emplace(bones[at].name, frame);
    }
}

std::vector<LocalMove> RigSkeleton::local_moves(const RigPose& pose) const {
    std::vector<LocalMove> found;
    Slots slots;
    for (const BoneMove& move : pose.bones) {
        LocalMove fresh;
        fresh.bone = move.bone;
        LocalMove& local = found[slots.of(found, move.bone, fresh)];
        Vector3 translation = move.translation;
        Vector3 rotation = move.rotation;
        Vector3 scale = move.scale;
        const auto position = frames_.find(move.bone);
        if (move.component && position != frames_.end()) {
            const Frame& frame = position->second;
            if (frame.has_parent) {
                translation = turned(inverse(frame.parent_rotation), translation);
                rotation = turned(inverse(frame.parent_rotation), rotation);
                for (std::size_t axis = 0; axis < 3; ++axis) {
                    translation[axis] /= frame.parent_scale[axis] == 0.0 ? 1.0 : frame.parent_scale[axis];
                }
            }
            scale = {1, 1, 1};
            for (std::size_t axis = 0; axis < 3; ++axis) {
                scale[frame.axes[axis]] *= move.scale[axis];
            }
        }
        local.translation = local.translation + translation;
        local.rotation = turn_by(rotation) * local.rotation;
        local.scale = local.scale * scale;
    }
    return found;
}

std::vector<LocalMove> local_moves(const RigPose& pose, const std::vector<RigBone>& bones) {
    return RigSkeleton(bones).local_moves(pose);
}

}  // namespace facebridge
