// Schemas are read whole or refused in a sentence; digests are those of FIPS 180-4.

#include "FaceBridgeCore/Sha256.h"
#include "Schemas.h"

#include <string>
#include <utility>
#include <vector>

using namespace facebridge;

namespace {

std::string digest(const std::string& text) {
    const Bytes bytes = bytes_of(text);
    return sha256(bytes.data(), bytes.size());
}

std::string refusal(const std::string& text) {
    Schema schema;
    std::string problem;
    CHECK_FALSE(read_schema(bytes_of(text), schema, problem));
    CHECK(schema.parameters.empty());
    return problem;
}

std::string with(const std::string& old_text, const std::string& new_text) {
    std::string text = kSchemaText;
    const std::size_t at = text.find(old_text);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old_text.size(), new_text);
}

}  // namespace

TEST_CASE("digests are those of the standard's examples") {
    CHECK(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(digest(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(digest(std::string(64, 'a')) == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
    CHECK(digest(std::string(119, 'a')) == "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb");
}

TEST_CASE("a schema is read with its groups, partners and hash") {
    const Schema schema = tiny_schema();
    CHECK(schema.hash == digest(kSchemaText));
    CHECK(schema.parameters.size() == 4);
    CHECK(schema.parameters[0].mirror == 1);
    CHECK_FALSE(schema.parameters[2].mirror.has_value());
    CHECK(schema.groups.size() == 3);
    CHECK(schema.groups[0].positions == std::vector<std::size_t>{0, 1});
    CHECK(schema.find("hair.style") == 4);
    CHECK(schema.choice(4).neutral == 1);
    CHECK(schema.name(4) == "hair.style");
    CHECK_FALSE(schema.find("ears").has_value());
}

TEST_CASE("what does not describe a character is refused in words") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "not UTF-8 JSON"},
        {"\xff", "not UTF-8 JSON"},
        {"[]", "not an object"},
        {std::string(500'000, '['), "not UTF-8 JSON"},
        {"{\"character\": " + std::string(200, '[') + std::string(200, ']') + "}", "not UTF-8 JSON"},
        {std::string(1'048'577, ' '), "1048577 bytes"},
        {"{}", "'parameters' is not a list"},
        {R"({"parameters": [], "choices": [], "character": "c", "version": "1"})", "has 0 parameters"},
        {R"({"parameters": [1], "choices": []})", "other than objects"},
        {with("\"version\": \"1\"", "\"version\": \"\""), "'version' is \"\""},
        {with("nose.width", "eye.left.size"), "appears twice"},
        {with("\"name\": \"hair.style\"", "\"name\": \"nose.width\""), "repeats a name"},
        {with("\"minimum\": -1.3", "\"minimum\": 1.3"), "expected ascending"},
        {with("\"maximum\": 4", "\"maximum\": 1e300"), "expected ascending"},
        {with("\"maximum\": 4", "\"maximum\": \"4\""), "expected a number"},
        {with("\"default\": 0.1", "\"default\": 9"), "expected ascending"},
        {with("\"kind\": \"bone\"", "\"kind\": \"cloth\""), "is of kind 'cloth'"},
        {with("\"mirror\": null", "\"mirror\": \"eye.left.size\""), "does not mirror it"},
        {with("\"mirror\": null", "\"mirror\": \"ear\""), "does not mirror it"},
        {with("\"default\": \"long\"", "\"default\": \"curly\""), "outside its options"},
        {with("\"short\", \"long\"", "\"short\", 2"), "expected a list of texts"},
    };
    for (const auto& each : cases) {
        const std::string text = each.first;  // not bindings, which CAPTURE cannot put into its lambda
        const std::string words = each.second;
        CAPTURE(words);
        CHECK(refusal(text).find(words) != std::string::npos);
    }
}
