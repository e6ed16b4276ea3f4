// Reading a schema: the limits and refusals of engine_bridge/schema.py.

#include "FaceBridgeCore/Schema.h"

#include "FaceBridgeCore/Messages.h"
#include "FaceBridgeCore/Sha256.h"
#include "BoundedJson.h"
#include "Numbers.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>

namespace facebridge {
namespace {

using Json = nlohmann::json;

// Far above any character we know of, and small enough to bound a hostile greeting.
constexpr std::size_t kParameters = 4096;
constexpr std::size_t kChoices = 64;
constexpr std::size_t kNames = 64 * kParameters;
constexpr std::size_t kOptions = 256;  // a choice travels as one byte
const std::string kAgain = "; export it again from its engine.";

std::string shown(const Json& value) {
    return value.is_null() ? "missing" : value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60);
}

const Json& field(const Json& object, const char* key) {
    static const Json missing;
    const auto found = object.find(key);
    return found == object.end() ? missing : *found;
}

bool read_text(const Json& object, const char* key, std::string& text, std::string& problem) {
    const Json& value = field(object, key);
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
        problem = "The schema's '" + std::string(key) + "' is " + shown(value) + ", expected text" + kAgain;
        return false;
    }
    text = value.get<std::string>();
    return true;
}

bool read_number(const Json& object, const char* key, double& number, std::string& problem) {
    const Json& value = field(object, key);
    if (!value.is_number()) {
        problem = "The schema's '" + std::string(key) + "' is " + shown(value) + ", expected a number" + kAgain;
        return false;
    }
    number = value.get<double>();
    return true;
}

bool read_list(const Json& object, const char* key, std::size_t most, std::string& problem) {
    const Json& value = field(object, key);
    const std::string what = "The schema's '" + std::string(key) + "' ";
    if (!value.is_array() || value.size() > most) {
        problem = what + "is not a list of at most " + std::to_string(most) + kAgain;
        return false;
    }
    for (const Json& item : value) {
        if (!item.is_object()) {
            problem = what + "holds something other than objects" + kAgain;
            return false;
        }
    }
    return true;
}

bool check_range(const Parameter& each, std::string& problem) {
    const bool finite = std::isfinite(each.minimum) && std::isfinite(each.neutral) && std::isfinite(each.maximum);
    // The span must be finite as well, for shares of it are computed.
    if (finite && each.minimum <= each.neutral && each.neutral <= each.maximum && each.minimum < each.maximum &&
        std::isfinite(static_cast<float>(each.minimum)) && std::isfinite(static_cast<float>(each.maximum))) {
        return true;
    }
    problem = "Parameter '" + each.name + "' has minimum, default, maximum (" + short_number(each.minimum) + ", " +
              short_number(each.neutral) + ", " + short_number(each.maximum) + "), expected ascending.";
    return false;
}

bool read_parameter(const Json& item, Parameter& each, std::string& mirror, std::string& problem) {
    if (!read_text(item, "name", each.name, problem) || !read_text(item, "group", each.group, problem) ||
        !read_text(item, "label", each.label, problem) ||
        !read_text(item, "description", each.description, problem) ||
        !read_number(item, "minimum", each.minimum, problem) || !read_number(item, "maximum", each.maximum, problem) ||
        !read_number(item, "default", each.neutral, problem) || !read_text(item, "kind", each.kind, problem) ||
        !check_range(each, problem)) {
        return false;
    }
    if (each.kind != "shape" && each.kind != "bone" && each.kind != "material") {
        problem = "Parameter '" + each.name + "' is of kind '" + each.kind + "', expected shape, bone or material.";
        return false;
    }
    const Json& partner = field(item, "mirror");
    return partner.is_null() || read_text(item, "mirror", mirror, problem);
}

bool read_choice(const Json& item, Choice& each, std::string& problem) {
    std::string neutral;
    if (!read_text(item, "name", each.name, problem) || !read_text(item, "label", each.label, problem) ||
        !read_text(item, "description", each.description, problem) ||
        !read_text(item, "default", neutral, problem)) {
        return false;
    }
    const Json& options = field(item, "options");
    bool texts = options.is_array();
    for (std::size_t at = 0; texts && at < options.size(); ++at) {
        texts = options[at].is_string();
    }
    if (!texts) {
        problem = "The schema's 'options' is " + shown(options) + ", expected a list of texts.";
        return false;
    }
    each.neutral = options.size();
    for (const Json& option : options) {
        if (each.neutral == options.size() && option == neutral) {
            each.neutral = each.options.size();
        }
        each.options.push_back(option.get<std::string>());
    }
    if (each.neutral == options.size() || each.options.size() > kOptions) {
        problem = "Choice '" + each.name + "' has default '" + neutral + "' outside its options.";
        return false;
    }
    return true;
}

bool read_parameters(const Json& list, Schema& schema, std::string& problem) {
    std::vector<std::string> mirrors(list.size());
    for (const Json& item : list) {
        Parameter each;
        const std::size_t position = schema.parameters.size();
        if (!read_parameter(item, each, mirrors[position], problem)) {
            return false;
        }
        if (!schema.positions.emplace(each.name, position).second) {
            problem = "Parameter '" + each.name + "' appears twice in the schema; names must be unique.";
            return false;
        }
        std::size_t group = 0;
        while (group < schema.groups.size() && schema.groups[group].name != each.group) {
            ++group;
        }
        if (group == schema.groups.size()) {
            schema.groups.push_back({each.group, {}});
        }
        schema.groups[group].positions.push_back(position);
        schema.parameters.push_back(std::move(each));
    }
    for (std::size_t position = 0; position < mirrors.size(); ++position) {
        Parameter& each = schema.parameters[position];
        if (mirrors[position].empty()) {
            continue;
        }
        const auto partner = schema.positions.find(mirrors[position]);
        if (partner == schema.positions.end() || mirrors[partner->second] != each.name) {
            problem = "Parameter '" + each.name + "' mirrors '" + mirrors[position] + "', which does not mirror it.";
            return false;
        }
        each.mirror = partner->second;
    }
    return true;
}

bool read(const Bytes& json, Schema& schema, std::string& problem) {
    if (json.size() > limits::kSchemaBytes) {
        problem = "The schema is " + std::to_string(json.size()) + " bytes long, at most " +
                  std::to_string(limits::kSchemaBytes) + " are accepted.";
        return false;
    }
    const Json document = parse_bounded<Json>(json, kNames);
    if (document.is_discarded()) {
        problem = "The schema is not UTF-8 JSON" + kAgain;
        return false;
    }
    if (!document.is_object()) {
        problem = "The schema's JSON is not an object" + kAgain;
        return false;
    }
    if (!read_list(document, "parameters", kParameters, problem) ||
        !read_list(document, "choices", kChoices, problem) ||
        !read_text(document, "character", schema.character, problem) ||
        !read_text(document, "version", schema.version, problem)) {
        return false;
    }
    if (document["parameters"].empty()) {
        problem = "The schema has 0 parameters, expected 1 to " + std::to_string(kParameters) + ".";
        return false;
    }
    if (!read_parameters(document["parameters"], schema, problem)) {
        return false;
    }
    for (const Json& item : document["choices"]) {
        Choice each;
        if (!read_choice(item, each, problem)) {
            return false;
        }
        if (!schema.positions.emplace(each.name, schema.count()).second) {
            problem = "Choice '" + each.name + "' repeats a name; names must be unique.";
            return false;
        }
        schema.choices.push_back(std::move(each));
    }
    schema.source = json;
    schema.hash = sha256(json.data(), json.size());
    return true;
}

}  // namespace

const std::string& Schema::name(std::size_t position) const {
    return is_choice(position) ? choice(position).name : parameters[position].name;
}

const std::string& Schema::label(std::size_t position) const {
    return is_choice(position) ? choice(position).label : parameters[position].label;
}

std::optional<std::size_t> Schema::find(const std::string& name) const {
    const auto found = positions.find(name);
    return found == positions.end() ? std::nullopt : std::optional<std::size_t>(found->second);
}

bool read_schema(const Bytes& json, Schema& schema, std::string& problem) {
    try {
        Schema fresh;
        if (!read(json, fresh, problem)) {
            return false;
        }
        schema = std::move(fresh);
        return true;
    } catch (const std::exception& error) {
        problem = std::string("The schema cannot be read (") + error.what() + ").";
        return false;
    }
}

}  // namespace facebridge
