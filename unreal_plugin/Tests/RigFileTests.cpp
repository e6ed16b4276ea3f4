// Rig files are read within limits, written again the same, and bound to skeletons whatever an importer did to axes.

#include "FaceBridgeCore/RigFile.h"
#include "Schemas.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace facebridge;

namespace {

std::string rig_text(const Schema& schema) {
    return R"({"format": "facebridge-rig", "version": 1,
"schema": {"character": "tiny", "version": "1", "hash": ")" +
           schema.hash + R"("},
"bones": [{"name": "wing.left", "rest": [0.02, 0.5, 0.1]}, {"name": "wing.right", "rest": [-0.02, 0.5, 0.1]},
 {"name": "chin", "rest": [0, 0.4, 0.12]}, {"name": "brow", "rest": [0, 0.6, 0.13]}],
"parameters": [
 {"name": "eye.left.size", "targets": [{"morph": "eye.left.size.min", "half": "low", "rest": 0, "scale": -1},
                                       {"morph": "eye.left.size.max", "half": "high", "rest": 0, "scale": 1}]},
 {"name": "nose.width", "targets": [{"bone": "wing.left", "channel": "translation", "axis": "x", "scale": 0.002},
                                    {"bone": "wing.right", "channel": "translation", "axis": "x", "scale": -0.002},
                                    {"bone": "chin", "channel": "scale", "axis": "z", "scale": 0.1},
                                    {"bone": "brow", "channel": "rotation", "axis": "y", "scale": 10}]},
 {"name": "skin.gloss", "baked": true}],
"expressions": ["jawOpen"]})";
}

RigFile read(const Schema& schema) {
    RigFile file;
    std::string problem;
    REQUIRE_MESSAGE(read_rig_file(bytes_of(rig_text(schema)), "rig.json", file, problem), problem);
    return file;
}

// As a left-handed engine with z up and centimetres would import the skeleton, below a root that is moved and turned.
RigInventory imported() {
    RigInventory inventory;
    inventory.morphs = {"Head_eye_left_size_min", "Head_eye_left_size_max", "Head_jawOpen", "Head_wink"};
    const auto bone = [&](const char* name, double x, double y, double z) {
        RigBone found;
        found.name = name;
        found.parent = 0;
        // (x, y, z) of the file is (x, z, y) here; the root's half turn about z takes (x, y) to (-x, -y).
        found.translation = {-100 * x, -100 * z, 100 * y};
        inventory.bones.push_back(found);
    };
    inventory.bones.push_back({"Root", -1, {5, 6, 7}, {0, 0, 1, 0}, {1, 1, 1}});
    bone("wing_left", 0.02, 0.5, 0.1);
    bone("wing_right", -0.02, 0.5, 0.1);
    bone("chin", 0, 0.4, 0.12);
    bone("brow", 0, 0.6, 0.13);
    return inventory;
}

const BoneMove& move_of(const RigPose& pose, const std::string& bone) {
    const auto found =
        std::find_if(pose.bones.begin(), pose.bones.end(), [&](const BoneMove& each) { return each.bone == bone; });
    REQUIRE_MESSAGE(found != pose.bones.end(), bone);
    return *found;
}

bool mentions(const std::vector<std::string>& sentences, const std::string& words) {
    return std::any_of(sentences.begin(), sentences.end(),
                       [&](const std::string& each) { return each.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("a rig file is read and written again with the same content") {
    const Schema schema = tiny_schema();
    const RigFile file = read(schema);
    CHECK(file.bindings.size() == 6);
    CHECK(file.bindings[0].target.half == RigHalf::Low);
    CHECK(file.baked == std::vector<std::string>{"skin.gloss"});
    CHECK(file.expressions == std::vector<std::string>{"jawOpen"});
    Bytes bytes;
    std::string problem;
    REQUIRE_MESSAGE(write_rig_file(file, bytes, problem), problem);
    RigFile again;
    REQUIRE_MESSAGE(read_rig_file(bytes, "again", again, problem), problem);
    CHECK(again.bindings == file.bindings);
    CHECK(again.bones[0].translation == file.bones[0].translation);
    CHECK(again.baked == file.baked);
    CHECK(again.schema_hash == file.schema_hash);
}

TEST_CASE("what is not a rig file is refused with its name and fault") {
    const Schema schema = tiny_schema();
    const std::string good = rig_text(schema);
    const auto with = [&](const std::string& old_text, const std::string& new_text) {
        std::string text = good;
        const std::size_t at = text.find(old_text);
        REQUIRE(at != std::string::npos);
        return text.replace(at, old_text.size(), new_text);
    };
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "is not UTF-8 JSON"},
        {"[1]", "'format' should be"},
        {std::string(kRigBytes + 1, ' '), "over 8 MiB"},
        {"{\"x\": " + std::string(100'000, '['), "is not UTF-8 JSON"},
        {with("\"version\": 1", "\"version\": 2"), "rig file version 2"},
        {with("\"half\": \"low\"", "\"half\": \"lower\""), "'half' \"lower\" at 'eye.left.size', expected one of both"},
        {with("\"axis\": \"x\"", "\"axis\": \"w\""), "'axis' \"w\" at 'nose.width'"},
        {with("\"channel\": \"scale\"", "\"channel\": 3"), "'channel' 3"},
        {with("\"scale\": -1", "\"scale\": \"much\""), "'scale' \"much\" at 'eye.left.size', expected a finite number"},
        {with("{\"morph\": \"eye.left.size.min\"", "{\"mroph\": \"eye.left.size.min\""), "one of morph, bone"},
        {with("\"bone\": \"chin\"", "\"bone\": \"\""), "'bone' \"\" at 'nose.width', expected a name"},
        {with("[0.02, 0.5, 0.1]", "[0.02, 0.5]"), "'rest' [0.02,0.5] of the bone 'wing.left', expected three"},
        {with("{\"name\": \"skin.gloss\", \"baked\": true}", "7"), "'parameters' 7, expected a list of objects"},
        {with("{\"name\": \"skin.gloss\"", "{\"nome\": \"skin.gloss\""), "'name' missing of a parameter"},
        {with("\"hash\"", "\"hush\""), "'hash' missing of the schema"},
        {with("[\"jawOpen\"]", "[3]"), "'expressions' 3"},
    };
    for (const auto& each : cases) {
        const std::string text = each.first;  // not bindings, which CAPTURE cannot put into its lambda
        const std::string words = each.second;
        CAPTURE(words);
        RigFile file;
        std::string problem;
        CHECK_FALSE(read_rig_file(bytes_of(text), "rig.json", file, problem));
        CHECK(problem.rfind("rig.json", 0) == 0);
        CHECK_MESSAGE(problem.find(words) != std::string::npos, problem);
    }
}

TEST_CASE("bones move as the file says in a skeleton with other axes, units, handedness and a turned root") {
    const Schema schema = tiny_schema();
    Rig rig;
    RigReport report;
    std::string problem;
    const RigInventory inventory = imported();
    REQUIRE_MESSAGE(bind_rig(read(schema), schema, inventory, rig, report, problem), problem);
    Character character = neutral_character(schema);
    character.parameters[2] = 1.0f;
    const RigPose pose = evaluate(rig, schema, character);
    CHECK(move_of(pose, "wing_left").translation[0] == doctest::Approx(0.2));
    CHECK(move_of(pose, "wing_left").translation[1] == doctest::Approx(0.0));
    CHECK(move_of(pose, "wing_right").translation[0] == doctest::Approx(-0.2));
    CHECK(move_of(pose, "chin").scale[1] == doctest::Approx(1.1));  // the file's z, out of the face
    CHECK(move_of(pose, "chin").scale[2] == doctest::Approx(1.0));
    CHECK(move_of(pose, "brow").rotation[2] == doctest::Approx(-10.0));  // seen in a mirror, turns go the other way
    for (const LocalMove& move : local_moves(pose, inventory.bones)) {
        if (move.bone == "wing_left") {
            CHECK(move.translation[0] == doctest::Approx(-0.2));  // below the turned root
        }
    }
    CHECK(mentions(report.remarks, "One unit of length of the rig file is 100 of the character's"));
    CHECK(mentions(report.remarks, "1 morph targets are expressions"));
    CHECK(mentions(report.remarks, "1 parameters are baked"));
    CHECK(report.parameters == std::vector<std::string>{"eye.right.size", "skin.gloss"});
    CHECK(report.targets == std::vector<std::string>{"morph target 'Head_wink'", "bone 'Root'"});
}

TEST_CASE("a skeleton that does not show how the axes lie moves no bone, and that is said") {
    const Schema schema = tiny_schema();
    RigInventory inventory = imported();
    SUBCASE("because it has too few of the bones") { inventory.bones.resize(3); }
    SUBCASE("because it is another one") { inventory.bones[3].translation = {400, 400, 400}; }
    SUBCASE("because all of it lies in one line") {
        for (RigBone& bone : inventory.bones) {
            bone.translation = {0, 0, bone.translation[2]};
        }
    }
    Rig rig;
    RigReport report;
    std::string problem;
    REQUIRE_MESSAGE(bind_rig(read(schema), schema, inventory, rig, report, problem), problem);
    CHECK(evaluate(rig, schema, neutral_character(schema)).bones.empty());
    CHECK(mentions(report.remarks, "4 moves of bones are left out"));
}

TEST_CASE("a parameter that the file only bakes is driven by a material that has its name") {
    const Schema schema = tiny_schema();
    RigInventory inventory = imported();
    inventory.scalars = {"Skin_Gloss"};
    Rig rig;
    RigReport report;
    std::string problem;
    REQUIRE_MESSAGE(bind_rig(read(schema), schema, inventory, rig, report, problem), problem);
    const RigPose pose = evaluate(rig, schema, neutral_character(schema));
    REQUIRE(pose.scalars.size() == 1);
    CHECK(pose.scalars[0].value == doctest::Approx(1.0));
    CHECK_FALSE(mentions(report.remarks, "baked"));
}

TEST_CASE("a rig file of another schema is refused with both hashes") {
    const Schema schema = tiny_schema();
    RigFile file = read(schema);
    file.schema_hash = std::string(64, 'a');
    Rig rig;
    RigReport report;
    std::string problem;
    CHECK_FALSE(bind_rig(file, schema, imported(), rig, report, problem));
    CHECK(problem.find("aaaaaaaaaaaa") != std::string::npos);
    CHECK(problem.find(schema.hash.substr(0, 12)) != std::string::npos);
}
