// Key files by the rules of engine_bridge/keys.py.

#include "FaceBridgeCore/KeyFile.h"

#include "BoundedJson.h"
#include "FaceBridgeCore/Files.h"

#include <algorithm>
#include <cstring>

namespace facebridge {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::size_t kMostNames = 64;
constexpr const char* kMadeBy = " is not a key file; make one with `facebridge keys new --out DIR`.";

std::string text_of(const nlohmann::json& document, const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

// 40 characters of Z85, as ZeroMQ writes its keys.
bool is_key(const std::string& text) {
    return text.size() == 40 && std::all_of(text.begin(), text.end(), [](char each) {
               return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                      std::strchr(".-:+=^!/*?&<>()[]{}@%$#", each) != nullptr;
           });
}

}  // namespace

bool read_keys(const std::string& path, CurveKeys& keys, std::string& problem) {
    Bytes bytes;
    if (is_open_to_others(path)) {
        problem = path + " can be read by other users; run `chmod 600 " + path + "` first.";
        return false;
    }
    if (!read_file(path, kMostBytes, bytes, problem)) {
        return false;
    }
    const auto document = parse_bounded<nlohmann::json>(bytes, kMostNames);
    if (!document.is_object() || text_of(document, "format") != "facebridge-keys" ||
        document.value("version", nlohmann::json()) != nlohmann::json(1)) {
        problem = path + kMadeBy;
        return false;
    }
    if (text_of(document, "role") != "client") {
        problem = path + " holds '" + text_of(document, "role").substr(0, 40) +
                  "' keys; the side that connects needs a client file.";
        return false;
    }
    const CurveKeys found{text_of(document, "server"), text_of(document, "public"), text_of(document, "secret")};
    const std::pair<const char*, const std::string*> needed[] = {
        {"server", &found.server}, {"public", &found.public_key}, {"secret", &found.secret_key}};
    for (const auto& [name, key] : needed) {
        if (!is_key(*key)) {
            problem = path + " has no key of 40 characters under '" + name + "'; run `facebridge keys new`.";
            return false;
        }
    }
    keys = found;
    return true;
}

}  // namespace facebridge
