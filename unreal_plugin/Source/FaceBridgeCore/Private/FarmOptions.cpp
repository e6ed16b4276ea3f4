// Reading the command line: see FarmOptions.h.

#include "FaceBridgeCore/FarmOptions.h"

#include "Names.h"

#include <algorithm>
#include <vector>

namespace facebridge {
namespace {

constexpr const char* kPrefix = "facebridge";

const std::vector<std::string> kSwitches = {"Service", "Keys",   "Farm",   "FarmKeys", "Name",      "Px",
                                            "Grid",    "WarmUp", "Settle", "Patience", "NoSelfTest"};

struct Switch {
    std::string name;  // without the dash
    std::string value;
    bool has_value = false;
};

// Words apart by blanks; double quotes keep what is between them together, and are dropped.
std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    for (const char each : line) {
        if (each == '"') {
            quoted = !quoted;
        } else if (!quoted && (each == ' ' || each == '\t' || each == '\n' || each == '\r')) {
            if (!word.empty()) {
                words.push_back(word);
            }
            word.clear();
        } else {
            word += each;
        }
    }
    if (!word.empty()) {
        words.push_back(word);
    }
    return words;
}

bool is_ours(const std::string& word, Switch& found) {
    std::size_t at = 0;
    while (at < word.size() && word[at] == '-') {
        ++at;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(at, equals == std::string::npos ? std::string::npos : equals - at);
    const std::string prefix = kPrefix;
    if (at == 0 || folded(name).compare(0, prefix.size(), prefix) != 0) {
        return false;
    }
    found.name = name.substr(prefix.size());
    found.has_value = equals != std::string::npos;
    found.value = found.has_value ? word.substr(equals + 1) : "";
    return true;
}

bool whole_number(const std::string& text, int low, int high, int& number) {
    if (text.empty() || text.size() > 6 ||
        !std::all_of(text.begin(), text.end(), [](char each) { return each >= '0' && each <= '9'; })) {
        return false;
    }
    number = std::stoi(text);
    return number >= low && number <= high;
}

bool fail(const Switch& given, const std::string& expected, std::string& problem) {
    problem = "-FaceBridge" + given.name + " is '" + given.value + "', expected " + expected + ".";
    return false;
}

bool read_number(const Switch& given, int low, int high, std::optional<int>& number, std::string& problem) {
    int value = 0;
    if (!whole_number(given.value, low, high, value)) {
        return fail(given, "a whole number from " + std::to_string(low) + " to " + std::to_string(high), problem);
    }
    number = value;
    return true;
}

bool read_text(const Switch& given, const char* expected, std::optional<std::string>& text, std::string& problem) {
    if (given.value.empty()) {
        return fail(given, expected, problem);
    }
    text = given.value;
    return true;
}

bool read_grid(const Switch& given, FarmOptions& options, std::string& problem) {
    const std::size_t by = folded(given.value).find('x');
    int columns = 0;
    int rows = 0;
    if (by == std::string::npos || !whole_number(given.value.substr(0, by), 1, 16, columns) ||
        !whole_number(given.value.substr(by + 1), 1, 16, rows)) {
        return fail(given, "COLUMNSxROWS such as 4x2, each from 1 to 16", problem);
    }
    options.columns = columns;
    options.rows = rows;
    return true;
}

bool read_switch(const Switch& given, FarmOptions& options, std::string& problem) {
    const std::string name = folded(given.name);
    if (name == "service" || name == "farm") {
        std::optional<std::string>& address = name == "farm" ? options.farm : options.service;
        if (given.value.compare(0, 6, "tcp://") != 0) {
            return fail(given, "an address such as tcp://127.0.0.1:5858", problem);
        }
        address = given.value;
        return true;
    }
    if (name == "keys" || name == "farmkeys") {
        return read_text(given, "a key file, as `facebridge keys new` writes it",
                         name == "keys" ? options.service_keys : options.farm_keys, problem);
    }
    if (name == "name") {
        return read_text(given, "a name", options.name, problem);
    }
    if (name == "px") {
        return read_number(given, 64, 2048, options.image_px, problem);
    }
    if (name == "grid") {
        return read_grid(given, options, problem);
    }
    if (name == "warmup") {
        return read_number(given, 1, 600, options.warm_up, problem);
    }
    if (name == "settle") {
        return read_number(given, 1, 60, options.settle, problem);
    }
    if (name == "patience") {
        return read_number(given, 10, 86400, options.patience, problem);
    }
    if (name == "noselftest" && !given.has_value) {
        options.no_self_test = true;
        return true;
    }
    problem = "There is no switch -FaceBridge" + given.name + "; there are";
    for (const std::string& each : kSwitches) {
        problem += (each == kSwitches.front() ? " -FaceBridge" : ", -FaceBridge") + each;
    }
    problem += ".";
    return false;
}

}  // namespace

bool read_farm_options(const std::string& command_line, FarmOptions& options, std::string& problem) {
    FarmOptions fresh;
    for (const std::string& word : split(command_line)) {
        Switch given;
        if (is_ours(word, given) && !read_switch(given, fresh, problem)) {
            return false;
        }
    }
    options = fresh;
    return true;
}

}  // namespace facebridge
