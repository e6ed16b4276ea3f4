// Parameters find what they move by name, however importers wrote it, and move it by exactly what the rig says.

#include "FaceBridgeCore/Rig.h"
#include "Schemas.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace facebridge;

namespace {

Character valued(const Schema& schema, float nose, float left = 0, float gloss = 1) {
    Character character = neutral_character(schema);
    character.parameters = {left, 0, nose, gloss};
    return character;
}

double weight(const RigPose& pose, const std::string& name) {
    const auto found = std::find_if(pose.morphs.begin(), pose.morphs.end(),
                                    [&](const RigValue& each) { return each.name == name; });
    REQUIRE_MESSAGE(found != pose.morphs.end(), name);
    return found->value;
}

bool mentions(const std::vector<std::string>& sentences, const std::string& words) {
    return std::any_of(sentences.begin(), sentences.end(),
                       [&](const std::string& each) { return each.find(words) != std::string::npos; });
}

RigTarget bone_target(const std::string& name, RigChannel channel, int axis, double scale, bool component) {
    RigTarget target;
    target.kind = RigKind::Bone;
    target.name = name;
    target.channel = channel;
    target.axis = axis;
    target.scale = scale;
    target.component = component;
    return target;
}

constexpr double kHalfTurn = 0.70710678118654752;  // sine and cosine of 45 degrees: a quarter turn

}  // namespace

TEST_CASE("names are found whatever an importer did to case, separators and prefixes") {
    const Schema schema = tiny_schema();
    for (const char* name : {"nose.width", "Nose_Width", "NOSE-WIDTH", "noseWidth", "SK_Head_nose.width",
                             "head|Nose Width", "nose.width.001", "Head:nose_width"}) {
        CAPTURE(name);
        RigReport report;
        const Rig rig = match_rig(schema, {{name}, {}, {}, {}, {}}, report);
        REQUIRE(rig.bindings.size() == 1);
        CHECK(rig.bindings[0].parameter == "nose.width");
        CHECK(rig.bindings[0].target.name == name);
        CHECK(report.targets.empty());
    }
}

TEST_CASE("a name that only resembles a parameter's is left alone, and both sides are told") {
    const Schema schema = tiny_schema();
    RigReport report;
    const Rig rig = match_rig(schema, {{"nose.widht", "jawOpen"}, {{"spine"}}, {"wetness"}, {}, {}}, report);
    CHECK(rig.bindings.empty());
    CHECK(report.parameters ==
          std::vector<std::string>{"eye.left.size", "eye.right.size", "nose.width", "skin.gloss"});
    CHECK(report.targets == std::vector<std::string>{"morph target 'nose.widht'", "morph target 'jawOpen'",
                                                     "bone 'spine'", "material scalar 'wetness'"});
    CHECK(mentions(report.remarks, "Nothing is called 'nose.width' (did you mean 'nose.widht'?)."));
}

TEST_CASE("one two-sided morph target gets the value over the longer side of its range") {
    const Schema schema = tiny_schema();
    RigReport report;
    const Rig rig = match_rig(schema, {{"nose.width"}, {}, {}, {}, {}}, report);
    CHECK(weight(evaluate(rig, schema, valued(schema, 0.1f)), "nose.width") == doctest::Approx(0.0));
    CHECK(weight(evaluate(rig, schema, valued(schema, -1.3f)), "nose.width") == doctest::Approx(-1.0));
    CHECK(weight(evaluate(rig, schema, valued(schema, 1.3f)), "nose.width") == doctest::Approx(1.2 / 1.4));
}

TEST_CASE("of a pair of one-sided morph targets each end is 1 of its own, and the other stays in the pose as nought") {
    const Schema schema = tiny_schema();
    RigReport report;
    for (const auto& each : std::vector<std::pair<std::string, std::string>>{
             {"nose.width.min", "nose.width.max"}, {"Head_NoseWidth_Neg", "Head_NoseWidth_Pos"},
             {"nose-width-decr", "nose-width-incr"}}) {
        const std::string low = each.first;  // not bindings, which CAPTURE cannot put into its lambda
        const std::string high = each.second;
        CAPTURE(low);
        const Rig rig = match_rig(schema, {{high, low}, {}, {}, {}, {}}, report);
        const RigPose down = evaluate(rig, schema, valued(schema, -1.3f));
        CHECK(weight(down, low) == doctest::Approx(1.0));
        CHECK(weight(down, high) == 0.0);
        const RigPose up = evaluate(rig, schema, valued(schema, 0.7f));
        CHECK(weight(up, low) == 0.0);
        CHECK(weight(up, high) == doctest::Approx(0.5));
        CHECK(report.targets.empty());
    }
}

TEST_CASE("half a pair is driven and said to be half") {
    const Schema schema = tiny_schema();
    RigReport report;
    const Rig rig = match_rig(schema, {{"nose.width.max"}, {}, {}, {}, {}}, report);
    CHECK(weight(evaluate(rig, schema, valued(schema, -1.3f)), "nose.width.max") == 0.0);
    CHECK(mentions(report.remarks, "upper end alone"));
}

TEST_CASE("a whole name is never taken by what ends in it") {
    const Schema schema = tiny_schema();
    RigReport report;
    const Rig rig = match_rig(schema, {{"old.nose.width", "nose.width"}, {}, {}, {}, {}}, report);
    REQUIRE(rig.bindings.size() == 1);
    CHECK(rig.bindings[0].target.name == "nose.width");
    CHECK(report.targets == std::vector<std::string>{"morph target 'old.nose.width'"});
}

TEST_CASE("the same name on several meshes is driven on all of them, with a remark") {
    const Schema schema = tiny_schema();
    RigReport report;
    const Rig rig = match_rig(schema, {{"head.nose.width", "teeth.nose.width", "head.nose.width"}, {}, {}, {}, {}}, report);
    CHECK(rig.bindings.size() == 2);
    CHECK(mentions(report.remarks, "'nose.width' is the name of 2 morph targets"));
}

TEST_CASE("materials take the value as it is, and a control is left out where a shape is driven already") {
    const Schema schema = tiny_schema();
    RigReport report;
    const Rig rig = match_rig(schema, {{"nose.width"}, {}, {"Skin Gloss"}, {}, {"nose_width", "eye_left_size"}}, report);
    const RigPose pose = evaluate(rig, schema, valued(schema, 1.3f, -0.5f, 3.0f));
    REQUIRE(pose.scalars.size() == 1);
    CHECK(pose.scalars[0].value == doctest::Approx(3.0));
    REQUIRE(pose.controls.size() == 1);
    CHECK(pose.controls[0].name == "eye_left_size");
    CHECK(pose.controls[0].value == doctest::Approx(-0.5));
    CHECK(report.targets == std::vector<std::string>{"control 'nose_width'"});
}

TEST_CASE("channels of one bone and components of one vector are told by the end of a parameter's name") {
    Schema schema;
    std::string problem;
    const std::string one = R"(", "group": "g", "label": "l", "description": "d", "minimum": -45, "maximum": 45,
 "default": 0, "kind": "bone"})";
    std::string parameters;
    for (const char* name : {"jaw.rotate.x", "jaw.scale.y", "jaw.translate.z", "lip.tint.r", "lip.tint.b"}) {
        parameters += (parameters.empty() ? R"({"name": ")" : R"(, {"name": ")") + std::string(name) + one;
    }
    REQUIRE_MESSAGE(read_schema(bytes_of(R"({"character": "c", "version": "1", "parameters": [)" + parameters +
                                         R"(], "choices": []})"),
                                schema, problem),
                    problem);
    RigReport report;
    const Rig rig = match_rig(schema, {{}, {{"rig_jaw"}}, {}, {"Lip Tint"}, {}}, report);
    CHECK(report.parameters.empty());
    const RigPose pose = evaluate(rig, schema, {{10, 2, 3, 4, 5}, {}});
    REQUIRE(pose.bones.size() == 1);
    CHECK(pose.bones[0].rotation == Vector3{10, 0, 0});
    CHECK(pose.bones[0].scale == Vector3{1, 3, 1});
    CHECK(pose.bones[0].translation == Vector3{0, 0, 3});
    REQUIRE(pose.vectors.size() == 1);
    CHECK(pose.vectors[0].value == std::array<double, 4>{4, 0, 5, 0});
    CHECK(pose.vectors[0].driven == std::array<bool, 4>{true, false, true, false});
}

TEST_CASE("everything that a rig drives is in every pose, in the same order, and what several parameters give adds up") {
    const Schema schema = tiny_schema();
    Rig rig;
    RigTarget target;
    target.name = "both.eyes";
    target.offset = 0.25;
    rig.bindings.push_back({"eye.left.size", target});
    rig.bindings.push_back({"eye.right.size", target});
    target.name = "gone";
    rig.bindings.push_back({"no.such.parameter", target});
    const RigPose rest = evaluate(rig, schema, valued(schema, 0));
    const RigPose moved = evaluate(rig, schema, valued(schema, 0, 0.5f));
    REQUIRE(rest.morphs.size() == 2);
    REQUIRE(moved.morphs.size() == 2);
    CHECK(rest.morphs[0].name == moved.morphs[0].name);
    CHECK(weight(rest, "both.eyes") == doctest::Approx(0.5));
    CHECK(weight(moved, "both.eyes") == doctest::Approx(1.0));
    CHECK(weight(moved, "gone") == doctest::Approx(0.25));
}

TEST_CASE("a move in the character's axes becomes one in the parent's, whose turn and size are taken out") {
    const Schema schema = tiny_schema();
    Rig rig;
    rig.bindings.push_back({"nose.width", bone_target("tip", RigChannel::Translation, 0, 1.0, true)});
    rig.bindings.push_back({"eye.left.size", bone_target("tip", RigChannel::Scale, 0, 1.0, true)});
    // The root is turned by a quarter about z and twice as large: the character's x is the tip's -y, halved.
    std::vector<RigBone> bones(2);
    bones[0] = {"root", -1, {1, 2, 3}, {0, 0, kHalfTurn, kHalfTurn}, {2, 2, 2}};
    bones[1] = {"tip", 0, {0, 0, 1}, {0, 0, 0, 1}, {1, 1, 1}};
    const std::vector<LocalMove> moves = local_moves(evaluate(rig, schema, valued(schema, 1.0f, 0.5f)), bones);
    REQUIRE(moves.size() == 1);
    CHECK(moves[0].translation[0] == doctest::Approx(0.0));
    CHECK(moves[0].translation[1] == doctest::Approx(-0.5));
    CHECK(moves[0].scale[0] == doctest::Approx(1.0));
    CHECK(moves[0].scale[1] == doctest::Approx(1.5));
}

TEST_CASE("a rotation is a turn by its degrees about its axis") {
    const Schema schema = tiny_schema();
    Rig rig;
    rig.bindings.push_back({"eye.left.size", bone_target("jaw", RigChannel::Rotation, 2, 90.0, false)});
    const std::vector<LocalMove> moves = local_moves(evaluate(rig, schema, valued(schema, 0, 1.0f)), {});
    REQUIRE(moves.size() == 1);
    CHECK(moves[0].rotation[2] == doctest::Approx(kHalfTurn));
    CHECK(moves[0].rotation[3] == doctest::Approx(kHalfTurn));
    CHECK(moves[0].rotation[0] == doctest::Approx(0.0));
}
