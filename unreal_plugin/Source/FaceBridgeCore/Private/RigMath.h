// The little geometry that rigs need: vectors, rotations as unit quaternions.

#pragma once

#include "FaceBridgeCore/Rig.h"

#include <cmath>

namespace facebridge {

inline double dot(const Vector3& one, const Vector3& two) {
    return one[0] * two[0] + one[1] * two[1] + one[2] * two[2];
}

inline Vector3 operator-(const Vector3& one, const Vector3& two) {
    return {one[0] - two[0], one[1] - two[1], one[2] - two[2]};
}

inline Vector3 operator+(const Vector3& one, const Vector3& two) {
    return {one[0] + two[0], one[1] + two[1], one[2] + two[2]};
}

// Component by component.
inline Vector3 operator*(const Vector3& one, const Vector3& two) {
    return {one[0] * two[0], one[1] * two[1], one[2] * two[2]};
}

// What turns first `right`, then `left`.
inline Quaternion operator*(const Quaternion& left, const Quaternion& right) {
    const auto [ax, ay, az, aw] = left;
    const auto [bx, by, bz, bw] = right;
    return {aw * bx + ax * bw + ay * bz - az * by, aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw, aw * bw - ax * bx - ay * by - az * bz};
}

inline Quaternion inverse(const Quaternion& turn) { return {-turn[0], -turn[1], -turn[2], turn[3]}; }

inline Vector3 turned(const Quaternion& turn, const Vector3& vector) {
    const Quaternion moved = turn * Quaternion{vector[0], vector[1], vector[2], 0} * inverse(turn);
    return {moved[0], moved[1], moved[2]};
}

// About the vector, by its length in degrees.
inline Quaternion turn_by(const Vector3& degrees) {
    const double length = std::sqrt(dot(degrees, degrees));
    if (length == 0.0) {
        return {0, 0, 0, 1};
    }
    const double half = length * 3.14159265358979323846 / 360.0;
    const double share = std::sin(half) / length;
    return {degrees[0] * share, degrees[1] * share, degrees[2] * share, std::cos(half)};
}

// Where a bone rests relative to the whole character.
struct Standing {
    Vector3 translation{};
    Quaternion rotation{0, 0, 0, 1};
    Vector3 scale{1, 1, 1};
};

// Of each bone; parents come before their children.
inline std::vector<Standing> standing(const std::vector<RigBone>& bones) {
    std::vector<Standing> found;
    for (const RigBone& bone : bones) {
        Standing parent;
        if (bone.parent >= 0 && static_cast<std::size_t>(bone.parent) < found.size()) {
            parent = found[static_cast<std::size_t>(bone.parent)];
        }
        found.push_back({parent.translation + turned(parent.rotation, parent.scale * bone.translation),
                         parent.rotation * bone.rotation, parent.scale * bone.scale});
    }
    return found;
}

}  // namespace facebridge
