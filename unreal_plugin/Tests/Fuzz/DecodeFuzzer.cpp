// libFuzzer on all that reads strangers' bytes: messages, schemas, presets and rig files; nothing of it may crash.
//
// The first byte of an input says what the rest is: 's' a schema, 'p' a preset, 'r' a rig file, anything else a message,
// each of whose parts begins with its length as two bytes, low first. What can be read must survive being written.

#define DOCTEST_CONFIG_DISABLE

#include "FaceBridgeCore/Codec.h"
#include "FaceBridgeCore/Presets.h"
#include "FaceBridgeCore/RigFile.h"
#include "FaceBridgeCore/Sha256.h"
#include "Schemas.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <tuple>
#include <type_traits>

using namespace facebridge;

namespace {

void demand(bool condition, const char* what, const std::string& more = "") {
    if (!condition) {
        std::fprintf(stderr, "DecodeFuzzer: broken promise: %s %s\n", what, more.c_str());
        std::abort();
    }
}

Parts split(const std::uint8_t* data, std::size_t size) {
    Parts parts;
    while (size >= 2 && parts.size() <= limits::kParts) {
        const std::size_t length = std::min<std::size_t>(data[0] | data[1] << 8, size - 2);
        parts.emplace_back(data + 2, data + 2 + length);
        data += 2 + length;
        size -= 2 + length;
    }
    return parts;
}

template <class Value>
bool same(const Value& one, const Value& other) {
    return one == other;
}

// By their bits: NaN is a value that an array may carry, and equals nothing.
bool same(const FloatArray& one, const FloatArray& other) {
    return one.shape == other.shape && one.values.size() == other.values.size() &&
           (one.values.empty() ||
            std::memcmp(one.values.data(), other.values.data(), one.values.size() * sizeof(float)) == 0);
}

bool same(const std::optional<FloatArray>& one, const std::optional<FloatArray>& other) {
    return one.has_value() == other.has_value() && (!one.has_value() || same(*one, *other));
}

bool same(const Message& one, const Message& other) {
    return one.index() == other.index() &&
           std::visit(
               [&](const auto& message) {
                   using Kind = std::decay_t<decltype(message)>;
                   const Kind& twin = std::get<Kind>(other);
                   return std::apply(
                       [&](const auto&... field) {
                           return (same(message.*(field.member), twin.*(field.member)) && ...);
                       },
                       Kind::fields());
               },
               one);
}

void try_message(const std::uint8_t* data, std::size_t size) {
    Message message;
    Refusal refusal;
    if (!decode(split(data, size), message, refusal)) {
        const bool known = refusal.code == "malformed" || refusal.code == "unknown-kind" || refusal.code == "protocol";
        demand(known && !refusal.words.empty(), "a refusal has a code and words", refusal.code);
        return;
    }
    Parts parts;
    std::string problem;
    if (!encode(message, parts, problem)) {
        // Fields that were left out are written with their defaults, and floats at their full length.
        demand(problem.find("header of") != std::string::npos, "what was read can be written", problem);
        return;
    }
    Message again;
    demand(decode(parts, again, refusal), "what was written can be read", refusal.words);
    demand(same(message, again), "a message survives the way out and back", std::string(kind_of(message)));
    Parts twice;
    demand(encode(again, twice, problem) && twice == parts, "a message has one form", std::string(kind_of(message)));
}

void try_schema(const Bytes& bytes) {
    Schema schema;
    std::string problem;
    if (!read_schema(bytes, schema, problem)) {
        demand(!problem.empty(), "a refused schema has words");
        return;
    }
    demand(schema.source == bytes && schema.hash == sha256(bytes.data(), bytes.size()), "a schema keeps its bytes");
    for (std::size_t position = 0; position < schema.count(); ++position) {
        demand(schema.find(schema.name(position)) == position, "a schema finds its own names", schema.name(position));
    }
}

const Schema& tiny() {
    static const Schema schema = [] {
        Schema read;
        std::string problem;
        demand(read_schema(bytes_of(kSchemaText), read, problem), "the tests' schema can be read", problem);
        return read;
    }();
    return schema;
}

void try_preset(const Bytes& bytes) {
    Preset preset;
    std::string problem;
    if (!read_preset(bytes, tiny(), "it", preset, problem)) {
        demand(!problem.empty(), "a refused preset has words");
        return;
    }
    Bytes file;
    demand(write_preset(tiny(), preset, file, problem), "a preset that was read can be written", problem);
    Preset again;
    demand(read_preset(file, tiny(), "it", again, problem), "a preset that was written can be read", problem);
    Bytes twice;  // compared as files: numbers are rounded on their way out
    demand(write_preset(tiny(), again, twice, problem) && twice == file, "a preset survives the way out and back", problem);
}

void try_rig(const Bytes& bytes) {
    RigFile rig;
    std::string problem;
    if (!read_rig_file(bytes, "it", rig, problem)) {
        demand(!problem.empty(), "a refused rig file has words");
        return;
    }
    Bytes file;
    demand(write_rig_file(rig, file, problem), "a rig file that was read can be written", problem);
    RigFile again;
    demand(read_rig_file(file, "it", again, problem), "a rig file that was written can be read", problem);
    Bytes twice;  // compared as files: what moves one parameter is brought together
    demand(write_rig_file(again, twice, problem) && twice == file, "a rig file survives the way out and back", problem);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const Bytes rest(data + 1, data + size);
    switch (data[0]) {
        case 's':
            try_schema(rest);
            break;
        case 'p':
            try_preset(rest);
            break;
        case 'r':
            try_rig(rest);
            break;
        default:
            try_message(data + 1, size - 1);
            break;
    }
    return 0;
}
