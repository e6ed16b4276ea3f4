// Parameter files of version 1, as engine_bridge/parameter_file.py reads and writes them.

#include "FaceBridgeCore/Presets.h"

#include "BoundedJson.h"
#include "Names.h"
#include "Numbers.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace facebridge {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kNameCharacters = 200;
constexpr std::size_t kNotesCharacters = 20'000;
constexpr std::size_t kJsonNames = 10'000;  // the schema's 4,096 parameters, and as many of others
constexpr const char* kFormat = "facebridge-parameters";
constexpr const char* kOwn[] = {"format", "version", "name", "schema", "parameters", "choices", "locks", "notes"};

bool is_own(const std::string& name) {
    return std::any_of(std::begin(kOwn), std::end(kOwn), [&](const char* own) { return name == own; });
}

// As Python's json.dumps(indent=2, ensure_ascii=False) lays values out; nlohmann writes other floats.
void dump(const Json& value, const std::string& indent, std::string& text) {
    if (value.is_number_float()) {
        text += repr(value.get<double>());
        return;
    }
    if (!value.is_structured() || value.empty()) {
        text += value.dump();
        return;
    }
    const std::string inner = indent + "  ";
    const char* comma = "";
    text += value.is_object() ? '{' : '[';
    for (const auto& item : value.items()) {
        text += comma;
        text += "\n" + inner;
        if (value.is_object()) {
            text += Json(item.key()).dump() + ": ";
        }
        dump(item.value(), inner, text);
        comma = ",";
    }
    text += "\n" + indent;
    text += value.is_object() ? '}' : ']';
}

std::string shown(const Json* value) {
    return value == nullptr ? "None" : value->dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60);
}

const Json* field(const Json& document, const char* key) {
    const auto found = document.find(key);
    return found == document.end() ? nullptr : &*found;
}

bool read_text(const Json& document, const char* key, std::size_t most, std::string& text, std::string& problem) {
    const Json* value = field(document, key);
    text.clear();
    if (value == nullptr) {
        return true;
    }
    if (value->is_string()) {
        text = value->get<std::string>();
        const auto characters = std::count_if(text.begin(), text.end(), [](char each) {
            return (static_cast<unsigned char>(each) & 0xC0) != 0x80;
        });
        if (static_cast<std::size_t>(characters) <= most) {
            return true;
        }
    }
    problem = " must hold '" + std::string(key) + "', if any, as text of at most " + std::to_string(most) +
              " characters.";
    return false;
}

std::string unknown(const Schema& schema, const char* what, const std::string& name, bool choices) {
    std::vector<std::string> known;
    for (std::size_t position = 0; position < schema.count(); ++position) {
        if (schema.is_choice(position) == choices) {
            known.push_back(schema.name(position));
        }
    }
    return ": Unknown " + std::string(what) + " '" + name + "'" + suggestion(name, known) + " for " +
           schema.character + ".";
}

bool read_parameters(const Json& values, const Schema& schema, Character& character, std::string& problem) {
    std::vector<bool> given(schema.parameters.size(), false);
    std::string unnumbered;
    for (const auto& item : values.items()) {
        const std::optional<std::size_t> position = schema.find(item.key());
        if (!position || schema.is_choice(*position)) {
            problem = unknown(schema, "parameter", item.key(), false);
            return false;
        }
        given[*position] = true;
        if (item.value().is_number()) {
            character.parameters[*position] = static_cast<float>(item.value().get<double>());
        } else if (unnumbered.empty()) {
            unnumbered = ": Parameter '" + item.key() + "' is " + shown(&item.value()) + ", expected a number.";
        }
    }
    const auto missing = std::count(given.begin(), given.end(), false);
    if (missing > 0) {
        const auto first = static_cast<std::size_t>(std::find(given.begin(), given.end(), false) - given.begin());
        problem = ": Parameter '" + schema.name(first) + "' is missing (" + std::to_string(missing) + " of " +
                  std::to_string(given.size()) + " are); give every parameter of the schema a value.";
        return false;
    }
    if (!unnumbered.empty()) {
        problem = unnumbered;
        return false;
    }
    if (!check_character(schema, character, problem)) {
        problem = ": " + problem;
        return false;
    }
    return true;
}

bool read_choices(const Json& values, const Schema& schema, Character& character, std::string& problem) {
    for (const auto& item : values.items()) {
        const std::optional<std::size_t> position = schema.find(item.key());
        if (!position || !schema.is_choice(*position)) {
            problem = unknown(schema, "choice", item.key(), true);
            return false;
        }
        const std::vector<std::string>& options = schema.choice(*position).options;
        std::size_t option = 0;
        while (option < options.size() && !(item.value().is_string() && item.value() == options[option])) {
            ++option;
        }
        if (option == options.size()) {
            problem = ": Choice '" + item.key() + "' is " + shown(&item.value()) + ", expected one of ";
            for (std::size_t at = 0; at < options.size(); ++at) {
                problem += (at > 0 ? ", " : "") + options[at];
            }
            problem += ".";
            return false;
        }
        character.choices[*position - schema.parameters.size()] = static_cast<std::uint8_t>(option);
    }
    return true;
}

bool read_locks(const Json& document, const Schema& schema, Locks& locked, std::string& problem) {
    std::vector<std::string> targets;
    if (const Json* locks = field(document, "locks")) {
        if (!locks->is_array() || !std::all_of(locks->begin(), locks->end(), [](const Json& each) {
                return each.is_string();
            })) {
            problem = " must hold 'locks', if any, as a list of names and groups.";
            return false;
        }
        targets = locks->get<std::vector<std::string>>();
    }
    locked.clear();
    if (!expand_locks(schema, targets, locked, problem)) {
        problem = ": " + problem;
        return false;
    }
    return true;
}

// The problem goes on after what the file is called.
bool read(const Bytes& file, const Schema& schema, Preset& preset, std::string& problem) {
    if (file.size() > kPresetBytes) {
        problem = " is over 4 MiB, too large for a parameter file.";
        return false;
    }
    const Json document = parse_bounded<Json>(file, kJsonNames);
    if (document.is_discarded()) {
        problem = " is not UTF-8 JSON; save it again with `facebridge import`.";
        return false;
    }
    const Json* format = document.is_object() ? field(document, "format") : nullptr;
    if (format == nullptr || *format != kFormat) {
        problem = " is not a parameter file: its 'format' should be 'facebridge-parameters'.";
        return false;
    }
    const Json* version = field(document, "version");
    if (version == nullptr || !version->is_number() || *version != 1) {
        problem = " has parameter file version " + shown(version) + ", this program reads 1.";
        return false;
    }
    const Json* parameters = field(document, "parameters");
    const Json* choices = field(document, "choices");
    if (parameters == nullptr || !parameters->is_object() || (choices != nullptr && !choices->is_object())) {
        problem = " must hold 'parameters' and 'choices' as objects of names and values.";
        return false;
    }
    preset.character = neutral_character(schema);
    if (!read_locks(document, schema, preset.locked, problem) ||
        !read_parameters(*parameters, schema, preset.character, problem) ||
        (choices != nullptr && !read_choices(*choices, schema, preset.character, problem)) ||
        !read_text(document, "name", kNameCharacters, preset.name, problem) ||
        !read_text(document, "notes", kNotesCharacters, preset.notes, problem)) {
        return false;
    }
    Json rest = Json::object();
    for (const auto& item : document.items()) {
        if (!is_own(item.key())) {
            rest[item.key()] = item.value();
        }
    }
    preset.rest = rest.empty() ? "" : rest.dump();
    return true;
}

bool write(const Schema& schema, const Preset& preset, Bytes& file, std::string& problem) {
    Character character = preset.character;
    if (!check_character(schema, character, problem)) {
        return false;
    }
    Json document = {{"format", kFormat}, {"version", 1}};
    if (!preset.name.empty()) {
        document["name"] = preset.name;
    }
    document["schema"] = {{"character", schema.character}, {"version", schema.version}, {"hash", schema.hash}};
    document["parameters"] = Json::object();
    for (std::size_t position = 0; position < schema.parameters.size(); ++position) {
        document["parameters"][schema.name(position)] = rounded(static_cast<double>(character.parameters[position]));
    }
    document["choices"] = Json::object();
    for (std::size_t at = 0; at < schema.choices.size(); ++at) {
        document["choices"][schema.choices[at].name] = schema.choices[at].options[character.choices[at]];
    }
    const std::vector<std::string> locks = compact_locks(schema, preset.locked);
    if (!locks.empty()) {
        document["locks"] = locks;
    }
    if (!preset.notes.empty()) {
        document["notes"] = preset.notes;
    }
    if (!preset.rest.empty()) {
        const Json rest = Json::parse(preset.rest);
        for (const auto& item : rest.items()) {
            if (!is_own(item.key())) {
                document[item.key()] = item.value();
            }
        }
    }
    std::string text;
    dump(document, "", text);
    text += "\n";
    file.assign(text.begin(), text.end());
    return true;
}

}  // namespace

bool write_preset(const Schema& schema, const Preset& preset, Bytes& file, std::string& problem) {
    try {
        return write(schema, preset, file, problem);
    } catch (const std::exception& error) {  // a name or note that is not UTF-8
        problem = std::string("The preset cannot be written (") + error.what() + ").";
        return false;
    }
}

bool read_preset(const Bytes& file, const Schema& schema, const std::string& called, Preset& preset,
                 std::string& problem) {
    try {
        Preset fresh;
        if (!read(file, schema, fresh, problem)) {
            problem = called + problem;
            return false;
        }
        preset = std::move(fresh);
        return true;
    } catch (const std::exception& error) {
        problem = called + " cannot be read (" + error.what() + ").";
        return false;
    }
}

}  // namespace facebridge
