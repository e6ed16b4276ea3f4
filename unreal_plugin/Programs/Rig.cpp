// facebridge-rig: what a rig does with a character, and whether the names of one bind to a schema, without an engine.
//
//   facebridge-rig --schema SCHEMA.json --rig RIG.json --params PARAMETERS.json   the pose that the rig gives it
//   facebridge-rig --schema SCHEMA.json --names NAMES.json [--rig RIG.json]       what finds each other by name
//
// NAMES.json holds lists of names: {"morphs": [...], "scalars": [...], "vectors": [...], "controls": [...]}. What comes
// out is JSON.

#include "FaceBridgeCore/Files.h"
#include "FaceBridgeCore/Presets.h"
#include "FaceBridgeCore/RigFile.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <map>
#include <string>

using namespace facebridge;

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMost = 64 << 20;

Json pose_json(const RigPose& pose) {
    Json found = {{"morphs", Json::object()}, {"bones", Json::array()}, {"scalars", Json::object()},
                  {"vectors", Json::object()}, {"controls", Json::object()}};
    for (const RigValue& each : pose.morphs) {
        found["morphs"][each.name] = each.value;
    }
    for (const BoneMove& each : pose.bones) {
        found["bones"].push_back({{"bone", each.bone}, {"translation", each.translation},
                                  {"rotation", each.rotation}, {"scale", each.scale}});
    }
    for (const RigValue& each : pose.scalars) {
        found["scalars"][each.name] = each.value;
    }
    for (const RigVector& each : pose.vectors) {
        found["vectors"][each.name] = each.value;
    }
    for (const RigValue& each : pose.controls) {
        found["controls"][each.name] = each.value;
    }
    return found;
}

bool read_inventory(const std::string& path, RigInventory& inventory, std::string& problem) {
    Bytes bytes;
    if (!read_file(path, kMost, bytes, problem)) {
        return false;
    }
    const Json names = Json::parse(bytes, nullptr, false);
    const std::map<std::string, std::vector<std::string>*> lists = {{"morphs", &inventory.morphs},
                                                                    {"scalars", &inventory.scalars},
                                                                    {"vectors", &inventory.vectors},
                                                                    {"controls", &inventory.controls}};
    try {
        for (const auto& [key, list] : lists) {
            if (names.contains(key)) {
                *list = names.at(key).get<std::vector<std::string>>();
            }
        }
    } catch (const std::exception&) {
        problem = path + " does not hold lists of names, expected {\"morphs\": [\"nose.width\"]}.";
        return false;
    }
    return true;
}

int run(std::map<std::string, std::string>& given, std::string& problem) {
    Bytes bytes;
    Schema schema;
    RigFile file;
    if (!read_file(given["--schema"], kMost, bytes, problem) || !read_schema(bytes, schema, problem)) {
        return 1;
    }
    if (given.count("--rig") != 0 && (!read_file(given["--rig"], kRigBytes, bytes, problem) ||
                                      !read_rig_file(bytes, given["--rig"], file, problem))) {
        return 1;
    }
    Json answer;
    if (given.count("--params") != 0) {
        Preset preset;
        if (!read_file(given["--params"], kPresetBytes, bytes, problem) ||
            !read_preset(bytes, schema, given["--params"], preset, problem)) {
            return 1;
        }
        answer = pose_json(evaluate({file.bindings}, schema, preset.character));
    } else {
        RigInventory inventory;
        Rig rig;
        RigReport report;
        if (!read_inventory(given["--names"], inventory, problem)) {
            return 1;
        }
        if (given.count("--rig") == 0) {
            rig = match_rig(schema, inventory, report);
        } else if (!bind_rig(file, schema, inventory, rig, report, problem)) {
            return 1;
        }
        answer = {{"bindings", rig.bindings.size()},
                  {"parameters", report.parameters},
                  {"targets", report.targets},
                  {"remarks", report.remarks}};
    }
    std::printf("%s\n", answer.dump(1, ' ', false, Json::error_handler_t::replace).c_str());
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    std::map<std::string, std::string> given;
    for (int at = 1; at + 1 < count; at += 2) {
        given[arguments[at]] = arguments[at + 1];
    }
    std::string problem = "Give --schema FILE, and either --rig FILE with --params FILE or --names FILE.";
    const bool pose = given.count("--rig") != 0 && given.count("--params") != 0;
    const bool known = count % 2 == 1 && given.count("--schema") != 0 && (pose || given.count("--names") != 0);
    const int status = known ? run(given, problem) : 1;
    if (status != 0) {
        std::fprintf(stderr, "facebridge-rig: error: %s\n", problem.c_str());
    }
    return status;
}
