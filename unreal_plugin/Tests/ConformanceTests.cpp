// Every golden vector of tests/conformance: understood, written back byte for byte, or refused with the right code.

#include "FaceBridgeCore/Codec.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

using facebridge::Bytes;
using facebridge::Message;
using facebridge::Parts;
using facebridge::Refusal;

namespace {

nlohmann::json vectors() {
    std::ifstream file(std::string(FACEBRIDGE_VECTORS) + "/vectors.json");
    REQUIRE(file.good());
    return nlohmann::json::parse(file);
}

Bytes from_hex(const std::string& text) {
    Bytes bytes;
    for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(at, 2), nullptr, 16)));
    }
    return bytes;
}

Bytes part_of(const nlohmann::json& part) {
    if (part.is_string()) {
        return from_hex(part.get<std::string>());
    }
    return Bytes(part.at("count").get<std::size_t>(), from_hex(part.at("fill").get<std::string>()).at(0));
}

Parts parts_of(const nlohmann::json& vector) {
    Parts parts;
    for (const nlohmann::json& part : vector.at("parts")) {
        parts.push_back(part_of(part));
    }
    return parts;
}

}  // namespace

TEST_CASE("every valid vector is understood, and a sender's is written back byte for byte") {
    std::size_t written = 0;
    const nlohmann::json all = vectors();
    for (const nlohmann::json& vector : all.at("valid")) {
        CAPTURE(vector.at("name").get<std::string>());
        const Parts parts = parts_of(vector);
        Message message;
        Refusal refusal;
        const bool understood = facebridge::decode(parts, message, refusal);
        CHECK_MESSAGE(understood, refusal.words);
        if (!understood) {
            continue;
        }
        CHECK(facebridge::kind_of(message) == vector.at("kind").get<std::string>());
        Parts again;
        std::string problem;
        const bool sendable = facebridge::encode(message, again, problem);
        CHECK_MESSAGE(sendable, problem);
        if (vector.at("sender").get<bool>()) {
            CHECK(again == parts);
            ++written;
        }
    }
    CHECK(written > 40);
}

TEST_CASE("every invalid vector is refused with its code") {
    std::size_t refused = 0;
    const nlohmann::json all = vectors();
    for (const nlohmann::json& vector : all.at("invalid")) {
        CAPTURE(vector.at("name").get<std::string>());
        Message message;
        Refusal refusal;
        CHECK_FALSE(facebridge::decode(parts_of(vector), message, refusal));
        CHECK(refusal.code == vector.at("code").get<std::string>());
        CHECK_FALSE(refusal.words.empty());
        ++refused;
    }
    CHECK(refused > 30);
}

TEST_CASE("what the wire cannot carry is refused before it is sent") {
    Parts parts;
    std::string problem;
    CHECK_FALSE(facebridge::encode(facebridge::Ping{-1}, parts, problem));
    CHECK(problem.find("negative") != std::string::npos);
    facebridge::Frame frame;
    frame.pixels = {{2, 2, 3}, std::vector<std::uint8_t>(11)};
    CHECK_FALSE(facebridge::encode(frame, parts, problem));
    CHECK(problem.find("pixels") != std::string::npos);
    CHECK(parts.empty());
    CHECK_FALSE(facebridge::encode(facebridge::Bye{"\xff"}, parts, problem));
}

TEST_CASE("a sentence that is too long is cut between characters") {
    facebridge::Bye bye;
    for (int count = 0; count < 3000; ++count) {
        bye.reason += "\xc3\xa4";
    }
    Parts parts;
    std::string problem;
    REQUIRE(facebridge::encode(bye, parts, problem));
    Message message;
    Refusal refusal;
    REQUIRE(facebridge::decode(parts, message, refusal));
    CHECK(std::get<facebridge::Bye>(message).reason.size() == 4096);
}
