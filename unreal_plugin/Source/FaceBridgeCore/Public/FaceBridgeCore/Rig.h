// How a schema's parameters move one character: morph targets, bones, material parameters and controls, found by name.

#pragma once

#include "FaceBridgeCore/Character.h"
#include "FaceBridgeCore/Export.h"

#include <array>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace facebridge {

using Vector3 = std::array<double, 3>;
using Quaternion = std::array<double, 4>;  // x, y, z, w

enum class RigKind { Morph, Bone, Scalar, Vector, Control };

// The side of `rest` that a target serves: a one-sided morph target takes no part in the other.
enum class RigHalf { Both, Low, High };

enum class RigChannel { Translation, Rotation, Scale };

// One thing that one parameter moves. It gets `offset`, and `scale` for each unit of the parameter beyond `rest` on the
// half that it serves. What several parameters give to one thing is added up.
struct RigTarget {
    RigKind kind = RigKind::Morph;
    std::string name;
    RigHalf half = RigHalf::Both;
    double rest = 0;
    double scale = 1;
    double offset = 0;
    RigChannel channel = RigChannel::Translation;  // of a bone; rotations are in degrees about the axis
    int axis = 0;                                  // 0 to 2 of a bone, 0 to 3 of a material vector
    bool component = false;                        // a bone's axes: of the whole character, else of the bone's parent

    bool operator==(const RigTarget& other) const {
        return kind == other.kind && name == other.name && half == other.half && rest == other.rest &&
               scale == other.scale && offset == other.offset && channel == other.channel && axis == other.axis &&
               component == other.component;
    }
};

struct RigBinding {
    std::string parameter;
    RigTarget target;

    bool operator==(const RigBinding& other) const {
        return parameter == other.parameter && target == other.target;
    }
};

struct Rig {
    std::vector<RigBinding> bindings;
};

// A bone at rest, relative to its parent, which comes before it: a position in `RigInventory::bones`, or -1.
struct RigBone {
    std::string name;
    int parent = -1;
    Vector3 translation{};
    Quaternion rotation{0, 0, 0, 1};
    Vector3 scale{1, 1, 1};
};

// What a character offers to be driven, by the names that its importer gave.
struct RigInventory {
    std::vector<std::string> morphs;
    std::vector<RigBone> bones;
    std::vector<std::string> scalars;
    std::vector<std::string> vectors;
    std::vector<std::string> controls;
};

// What a match left over, both ways, and what it has to say about the rest in sentences.
struct RigReport {
    std::vector<std::string> parameters;  // that nothing answers
    std::vector<std::string> targets;     // that no parameter drives: "morph target 'jawOpen'"
    std::vector<std::string> remarks;
};

// Find what each parameter moves by name alone, whatever importers did to names: case, dots and underscores, prefixes
// such as a mesh's name, a number at the end. Of a morph target that is named as the parameter is, the range's longer
// side is weight 1; of a pair named PARAMETER.min and PARAMETER.max (or neg and pos, minus and plus, decr and incr),
// each end of the range is weight 1 of its own. PARAMETER.translate.x, .rotate.y and .scale.z find bones, and a material
// vector VECTOR answers VECTOR.r to VECTOR.a; scalars and controls take the parameter's value as it is.
FACEBRIDGECORE_API Rig match_rig(const Schema& schema, const RigInventory& inventory, RigReport& report);

struct RigValue {
    std::string name;
    double value = 0;
};

struct RigVector {
    std::string name;
    std::array<double, 4> value{};
    std::array<bool, 4> driven{};  // components that nothing drives keep what the material has
};

// What is added to a bone at rest. `rotation` is a vector whose length is the angle in degrees.
struct BoneMove {
    std::string bone;
    bool component = false;
    Vector3 translation{};
    Vector3 rotation{};
    Vector3 scale{1, 1, 1};
};

// Everything that a rig drives, zeros included, in an order that depends on the rig alone.
struct RigPose {
    std::vector<RigValue> morphs;
    std::vector<BoneMove> bones;
    std::vector<RigValue> scalars;
    std::vector<RigVector> vectors;
    std::vector<RigValue> controls;
};

// A rig made ready for one schema, so that a slider costs no look-up by name. A binding of a parameter that the schema
// lacks gives its offset alone.
class FACEBRIDGECORE_API RigEvaluator {
public:
    RigEvaluator(const Rig& rig, const Schema& schema);

    // The character must suit the schema.
    RigPose evaluate(const Character& character) const;

private:
    struct Step {
        RigTarget target;
        std::size_t parameter;  // in the schema; of its number or more: none
        std::size_t slot;       // in the pose's list of its kind
    };

    RigPose blank_;
    std::vector<Step> steps_;
};

FACEBRIDGECORE_API RigPose evaluate(const Rig& rig, const Schema& schema, const Character& character);

// What is done to a bone's own transform at rest: `translation` is added in the parent's axes, `rotation` comes after
// the rest's in the parent's axes, `scale` multiplies the rest's in the bone's axes.
struct LocalMove {
    std::string bone;
    Vector3 translation{};
    Quaternion rotation{0, 0, 0, 1};
    Vector3 scale{1, 1, 1};
};

// Bones at rest, made ready to take moves.
class FACEBRIDGECORE_API RigSkeleton {
public:
    explicit RigSkeleton(const std::vector<RigBone>& bones);

    // The moves of a pose relative to the bones' parents, one for each bone. A bone that is not among these is taken to
    // stand as the character does.
    std::vector<LocalMove> local_moves(const RigPose& pose) const;

private:
    struct Frame {
        bool has_parent = false;
        Quaternion parent_rotation{0, 0, 0, 1};
        Vector3 parent_scale{1, 1, 1};
        std::array<std::size_t, 3> axes{0, 1, 2};  // of the bone, nearest to each of the character's
    };

    std::unordered_map<std::string, Frame> frames_;
};

FACEBRIDGECORE_API std::vector<LocalMove> local_moves(const RigPose& pose, const std::vector<RigBone>& bones);

}  // namespace facebridge
