// Presets are read back exactly, keep what they do not know, and are refused in sentences that name file and fault.

#include "FaceBridgeCore/Presets.h"
#include "Numbers.h"
#include "Schemas.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace facebridge;

namespace {

Preset example(const Schema& schema) {
    Preset preset;
    preset.character = neutral_character(schema);
    preset.character.parameters = {-1.0f, 1.0f / 3.0f, 1.3f, 1e-5f};
    preset.name = "Zoë";
    preset.locked = {true, true, false, false, true};
    preset.notes = "line\nbreak";
    preset.rest = R"({"photo":{"sha256":"00","faces":2,"empty":[],"shares":[0.5,1e-07,1e16]}})";
    return preset;
}

std::string text_of(const Schema& schema, const Preset& preset) {
    Bytes file;
    std::string problem;
    REQUIRE_MESSAGE(write_preset(schema, preset, file, problem), problem);
    return {file.begin(), file.end()};
}

}  // namespace

TEST_CASE("numbers are written as Python writes them") {
    const std::vector<std::pair<double, std::string>> cases = {
        {0.0, "0.0"},         {-0.0, "-0.0"},   {1.0, "1.0"},       {0.1, "0.1"},        {-2.5, "-2.5"},
        {1e-4, "0.0001"},     {1e-5, "1e-05"},  {1.5e-7, "1.5e-07"}, {123456.0, "123456.0"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},      {5e-324, "5e-324"}, {1.0 / 3.0, "0.3333333333333333"},
        {std::numeric_limits<double>::max(), "1.7976931348623157e+308"}, {0.333333, "0.333333"}};
    for (const auto& [value, text] : cases) {
        CHECK(repr(value) == text);
    }
    CHECK(repr(rounded(static_cast<double>(1.3f))) == "1.3");
    CHECK(repr(rounded(0.0000005)) == "0.0");
    CHECK(repr(rounded(2.0000015)) == "2.000002");  // the double does not lie on the tie
}

TEST_CASE("a preset is laid out as the command line lays it out") {
    const Schema schema = tiny_schema();
    const std::string text = text_of(schema, example(schema));
    const std::string expected = R"({
  "format": "facebridge-parameters",
  "version": 1,
  "name": "Zoë",
  "schema": {
    "character": "tiny",
    "version": "1",
    "hash": ")" + schema.hash + R"("
  },
  "parameters": {
    "eye.left.size": -1.0,
    "eye.right.size": 0.333333,
    "nose.width": 1.3,
    "skin.gloss": 1e-05
  },
  "choices": {
    "hair.style": "long"
  },
  "locks": [
    "eyes",
    "hair.style"
  ],
  "notes": "line\nbreak",
  "photo": {
    "sha256": "00",
    "faces": 2,
    "empty": [],
    "shares": [
      0.5,
      1e-07,
      1e+16
    ]
  }
}
)";
    CHECK(text == expected);
}

TEST_CASE("what was written is read back, and written the same again") {
    const Schema schema = tiny_schema();
    const std::string text = text_of(schema, example(schema));
    Preset again;
    std::string problem;
    REQUIRE_MESSAGE(read_preset(bytes_of(text), schema, "here", again, problem), problem);
    CHECK(again.name == "Zoë");
    CHECK(again.locked == Locks{true, true, false, false, true});
    CHECK(text_of(schema, again) == text);
}

TEST_CASE("a file that is not a preset of this character is refused with its name and fault") {
    const Schema schema = tiny_schema();
    const std::string good = text_of(schema, example(schema));
    const auto with = [&](const std::string& old_text, const std::string& new_text) {
        std::string text = good;
        const std::size_t at = text.find(old_text);
        REQUIRE(at != std::string::npos);
        return text.replace(at, old_text.size(), new_text);
    };
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "is not UTF-8 JSON"},
        {"[1]", "'format' should be"},
        {std::string(4'194'305, ' '), "over 4 MiB"},
        {"{\"x\": " + std::string(1'000'000, '['), "is not UTF-8 JSON"},
        {with("\"photo\": {", "\"deep\": " + std::string(99, '[') + std::string(99, ']') + ", \"photo\": {"),
         "is not UTF-8 JSON"},
        {with("\"version\": 1,", "\"version\": 9,"), "version 9"},
        {with("\"nose.width\": 1.3,", ""), "'nose.width' is missing (1 of 4 are)"},
        {with("nose.width", "nose.widht"), "Unknown parameter 'nose.widht' (did you mean 'nose.width'?)"},
        {with("1.3", "1.4"), "'nose.width' is 1.4"},
        {with("1.3", "true"), "'nose.width' is true, expected a number"},
        {with("\"long\"", "\"curly\""), "expected one of short, long"},
        {with("\"hair.style\": \"long\"", "\"hair\": \"long\""), "Unknown choice 'hair'"},
        {with("\"eyes\"", "\"eye\""), "no parameter, choice or group 'eye' (did you mean 'eyes'?)"},
        {with("\"eyes\"", "3"), "must hold 'locks'"},
        {with("\"Zoë\"", "3"), "must hold 'name'"},
        {with("line", std::string(20'001, 'x')), "must hold 'notes'"},
        {R"({"format": "facebridge-parameters", "version": 1, "parameters": [1]})", "as objects of names"},
    };
    for (const auto& each : cases) {
        const std::string text = each.first;  // not bindings, which CAPTURE cannot put into its lambda
        const std::string words = each.second;
        CAPTURE(words);
        Preset preset;
        std::string problem;
        CHECK_FALSE(read_preset(bytes_of(text), schema, "face.json", preset, problem));
        CHECK(problem.rfind("face.json", 0) == 0);
        CHECK_MESSAGE(problem.find(words) != std::string::npos, problem);
    }
}

TEST_CASE("what cannot be written is refused") {
    const Schema schema = tiny_schema();
    Preset preset = example(schema);
    preset.name = "\xff";
    Bytes file;
    std::string problem;
    CHECK_FALSE(write_preset(schema, preset, file, problem));
    CHECK(problem.find("cannot be written") != std::string::npos);
    preset = example(schema);
    preset.character.choices = {7};
    CHECK_FALSE(write_preset(schema, preset, file, problem));
    CHECK(problem.find("no option 7") != std::string::npos);
}
