// Rig files of version 1, as engine_bridge/engines/embedded/gltf/rig_file.py writes them.

#include "FaceBridgeCore/RigFile.h"

#include "BoundedJson.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <iterator>
#include <utility>

namespace facebridge {
namespace {

using Json = nlohmann::json;  // a map: names in any order, however many, are found quickly

constexpr const char* kFormat = "facebridge-rig";
constexpr std::size_t kNames = 400'000;  // 4,096 parameters with a dozen targets of seven names each
constexpr std::size_t kNameBytes = 512;
constexpr const char* kKinds[] = {"morph", "bone", "scalar", "vector", "control"};
constexpr const char* kHalves[] = {"both", "low", "high"};
constexpr const char* kChannels[] = {"translation", "rotation", "scale"};
constexpr const char* kAxes[] = {"x", "y", "z"};
constexpr const char* kComponents[] = {"r", "g", "b", "a"};

const Json& field(const Json& object, const char* key) {
    static const Json missing;
    const auto found = object.find(key);
    return found == object.end() ? missing : *found;
}

std::string shown(const Json& value) {
    return value.is_null() ? "missing" : value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60);
}

bool fail(std::string& problem, const std::string& where, const char* key, const Json& value, const char* expected) {
    problem = " has '" + std::string(key) + "' " + shown(value) + where + ", expected " + expected +
              "; write the file again with `facebridge export --rig`.";
    return false;
}

bool read_name(const Json& object, const char* key, const std::string& where, std::string& name, std::string& problem) {
    const Json& value = field(object, key);
    if (!value.is_string() || value.get_ref<const std::string&>().empty() ||
        value.get_ref<const std::string&>().size() > kNameBytes) {
        return fail(problem, where, key, value, "a name of at most 512 bytes");
    }
    name = value.get<std::string>();
    return true;
}

// A number that is not given keeps its default.
bool read_number(const Json& object, const char* key, const std::string& where, double& number, std::string& problem) {
    const Json& value = field(object, key);
    if (value.is_null()) {
        return true;
    }
    if (!value.is_number() || !std::isfinite(value.get<double>())) {
        return fail(problem, where, key, value, "a finite number");
    }
    number = value.get<double>();
    return true;
}

// One of a few words; `missing` is which of them a value that is not given means, or -1.
template <std::size_t Count>
bool read_word(const Json& object, const char* key, const std::string& where, const char* const (&words)[Count],
               int missing, int& word, std::string& problem) {
    const Json& value = field(object, key);
    word = value.is_null() ? missing : -1;
    std::string expected;
    for (std::size_t at = 0; at < Count; ++at) {
        expected += (at > 0 ? ", " : "one of ") + std::string(words[at]);
        if (value.is_string() && value == words[at]) {
            word = static_cast<int>(at);
        }
    }
    return word >= 0 || fail(problem, where, key, value, expected.c_str());
}

bool read_names(const Json& object, const char* key, std::vector<std::string>& names, std::string& problem) {
    const Json& list = field(object, key);
    if (!list.is_array()) {
        return list.is_null() || fail(problem, "", key, list, "a list of names");
    }
    for (const Json& item : list) {
        if (!item.is_string() || item.get_ref<const std::string&>().size() > kNameBytes) {
            return fail(problem, "", key, item, "a list of names");
        }
        names.push_back(item.get<std::string>());
    }
    return true;
}

bool read_target(const Json& item, const std::string& where, RigTarget& target, std::string& problem) {
    int kind = -1;
    int kinds = 0;
    for (std::size_t at = 0; item.is_object() && at < std::size(kKinds); ++at) {
        if (item.contains(kKinds[at])) {
            kind = static_cast<int>(at);
            ++kinds;
        }
    }
    if (kinds != 1) {
        return fail(problem, where, "targets", item, "objects with one of morph, bone, scalar, vector, control");
    }
    target.kind = static_cast<RigKind>(kind);
    int half = 0;
    if (!read_name(item, kKinds[kind], where, target.name, problem) ||
        !read_word(item, "half", where, kHalves, 0, half, problem) ||
        !read_number(item, "rest", where, target.rest, problem) ||
        !read_number(item, "scale", where, target.scale, problem) ||
        !read_number(item, "offset", where, target.offset, problem)) {
        return false;
    }
    target.half = static_cast<RigHalf>(half);
    if (target.kind == RigKind::Bone) {
        int channel = 0;
        if (!read_word(item, "channel", where, kChannels, -1, channel, problem) ||
            !read_word(item, "axis", where, kAxes, -1, target.axis, problem)) {
            return false;
        }
        target.channel = static_cast<RigChannel>(channel);
        target.component = true;
    }
    return target.kind != RigKind::Vector ||
           read_word(item, "component", where, kComponents, -1, target.axis, problem);
}

bool read_parameter(const Json& item, RigFile& rig, std::string& problem) {
    std::string name;
    if (!item.is_object() || !read_name(item, "name", " of a parameter", name, problem)) {
        return !item.is_object() && fail(problem, "", "parameters", item, "a list of objects");
    }
    const std::string where = " at '" + name + "'";
    const Json& targets = field(item, "targets");
    if (!targets.is_array() && !targets.is_null()) {
        return fail(problem, where, "targets", targets, "a list");
    }
    for (const Json& each : targets) {
        RigTarget target;
        if (!read_target(each, where, target, problem)) {
            return false;
        }
        rig.bindings.push_back({name, target});
    }
    if (field(item, "baked") == true) {
        rig.baked.push_back(name);
    }
    return true;
}

bool read_bone(const Json& item, RigFile& rig, std::string& problem) {
    RigBone bone;
    if (!item.is_object() || !read_name(item, "name", " of a bone", bone.name, problem)) {
        return !item.is_object() && fail(problem, "", "bones", item, "a list of objects");
    }
    const Json& rest = field(item, "rest");
    if (!rest.is_array() || rest.size() != 3) {
        return fail(problem, " of the bone '" + bone.name + "'", "rest", rest, "three numbers");
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
        if (!rest[axis].is_number() || !std::isfinite(rest[axis].get<double>())) {
            return fail(problem, " of the bone '" + bone.name + "'", "rest", rest, "three finite numbers");
        }
        bone.translation[axis] = rest[axis].get<double>();
    }
    rig.bones.push_back(bone);
    return true;
}

// The problem goes on after what the file is called.
bool read(const Bytes& file, RigFile& rig, std::string& problem) {
    if (file.size() > kRigBytes) {
        problem = " is over 8 MiB, too large for a rig file.";
        return false;
    }
    const Json document = parse_bounded<Json>(file, kNames);
    if (document.is_discarded()) {
        problem = " is not UTF-8 JSON; write it again with `facebridge export --rig`.";
        return false;
    }
    if (!document.is_object() || field(document, "format") != kFormat) {
        problem = " is not a rig file: its 'format' should be 'facebridge-rig'.";
        return false;
    }
    if (field(document, "version") != 1) {
        problem = " has rig file version " + shown(field(document, "version")) + ", this program reads 1.";
        return false;
    }
    const Json& schema = field(document, "schema");
    const Json& bones = field(document, "bones");
    const Json& parameters = field(document, "parameters");
    if (!schema.is_object() || !read_name(schema, "character", " of the schema", rig.character, problem) ||
        !read_name(schema, "version", " of the schema", rig.version, problem) ||
        !read_name(schema, "hash", " of the schema", rig.schema_hash, problem)) {
        return !schema.is_object() && fail(problem, "", "schema", schema, "an object");
    }
    if ((!bones.is_array() && !bones.is_null()) || !parameters.is_array()) {
        return parameters.is_array() ? fail(problem, "", "bones", bones, "a list")
                                     : fail(problem, "", "parameters", parameters, "a list");
    }
    for (const Json& item : bones) {
        if (!read_bone(item, rig, problem)) {
            return false;
        }
    }
    for (const Json& item : parameters) {
        if (!read_parameter(item, rig, problem)) {
            return false;
        }
    }
    return read_names(document, "expressions", rig.expressions, problem);
}

}  // namespace

bool read_rig_file(const Bytes& file, const std::string& called, RigFile& rig, std::string& problem) {
    try {
        RigFile fresh;
        if (!read(file, fresh, problem)) {
            problem = called + problem;
            return false;
        }
        rig = std::move(fresh);
        return true;
    } catch (const std::exception& error) {
        problem = called + " cannot be read (" + error.what() + ").";
        return false;
    }
}

}  // namespace facebridge
