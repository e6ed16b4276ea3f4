// The ordered parameters and choices of one character as its engine announces them, and their hash.

#pragma once

#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Fields.h"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace facebridge {

// One continuous parameter; `mirror` is the position of its partner on the other side.
struct Parameter {
    std::string name;
    std::string group;
    std::string label;
    std::string description;
    double minimum = 0;
    double maximum = 0;
    double neutral = 0;
    std::optional<std::size_t> mirror;
    std::string kind;
};

// One discrete setting outside the parameter vector, such as a hair style.
struct Choice {
    std::string name;
    std::string label;
    std::string description;
    std::vector<std::string> options;
    std::size_t neutral = 0;
};

struct ParameterGroup {
    std::string name;
    std::vector<std::size_t> positions;
};

// Positions count the parameters first, then the choices: position parameters.size() is the first choice.
struct FACEBRIDGECORE_API Schema {
    std::string character;
    std::string version;
    std::string hash;  // SHA-256 of `source`
    Bytes source;      // the sender's very bytes
    std::vector<Parameter> parameters;
    std::vector<Choice> choices;
    std::vector<ParameterGroup> groups;
    std::unordered_map<std::string, std::size_t> positions;  // by name

    std::size_t count() const { return parameters.size() + choices.size(); }
    bool is_choice(std::size_t position) const { return position >= parameters.size(); }
    const Choice& choice(std::size_t position) const { return choices[position - parameters.size()]; }
    const std::string& name(std::size_t position) const;
    const std::string& label(std::size_t position) const;
    std::optional<std::size_t> find(const std::string& name) const;
};

// Read a schema from its sender's UTF-8 JSON. False, with a sentence, for bytes that are too many, not JSON, or do not
// describe a schema: names that repeat, a range that is empty or not finite, a neutral value outside it, a partner that
// does not mirror back. Never throws.
FACEBRIDGECORE_API bool read_schema(const Bytes& json, Schema& schema, std::string& problem);

}  // namespace facebridge
