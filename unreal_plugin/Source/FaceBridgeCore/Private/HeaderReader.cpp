// The types of docs/protocol.md, section 2, as msgpack holds them.

#include "HeaderReader.h"

#include "Utf8.h"

#include <cmath>
#include <limits>
#include <set>

namespace facebridge {
namespace {

constexpr std::uint64_t kLargestInteger = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

bool is_text(const msgpack::object& object) {
    return object.type == msgpack::type::STR && object.via.str.size <= limits::kTextBytes;
}

void check_map(const msgpack::object_map& map) {
    std::set<std::string_view> keys;
    for (std::uint32_t index = 0; index < map.size; ++index) {
        const msgpack::object_kv& pair = map.ptr[index];
        const bool bytes = pair.key.type == msgpack::type::BIN;
        if (!bytes && pair.key.type != msgpack::type::STR) {
            throw Malformed{"The header has a map key that is not text."};
        }
        check_tree(pair.key);
        check_tree(pair.val);
        const std::string_view key =
            bytes ? std::string_view{pair.key.via.bin.ptr, pair.key.via.bin.size} : view(pair.key);
        if (!keys.insert(key).second) {
            throw Malformed{"The header names a field twice."};
        }
    }
}

}  // namespace

void check_tree(const msgpack::object& object) {
    switch (object.type) {
        case msgpack::type::EXT:
            throw Malformed{"The header holds a msgpack extension type; the protocol uses none."};
        case msgpack::type::STR:
            if (!is_utf8(view(object))) {
                throw Malformed{"The header holds text that is not UTF-8."};
            }
            break;
        case msgpack::type::ARRAY:
            for (std::uint32_t index = 0; index < object.via.array.size; ++index) {
                check_tree(object.via.array.ptr[index]);
            }
            break;
        case msgpack::type::MAP:
            check_map(object.via.map);
            break;
        default:
            break;
    }
}

const msgpack::object* find(const msgpack::object& map, std::string_view name) {
    for (std::uint32_t index = 0; index < map.via.map.size; ++index) {
        const msgpack::object_kv& pair = map.via.map.ptr[index];
        if (pair.key.type == msgpack::type::STR && view(pair.key) == name) {
            return &pair.val;
        }
    }
    return nullptr;
}

bool read(const msgpack::object& object, std::int64_t& into) {
    if (object.type != msgpack::type::POSITIVE_INTEGER || object.via.u64 > kLargestInteger) {
        return false;
    }
    into = static_cast<std::int64_t>(object.via.u64);
    return true;
}

bool read(const msgpack::object& object, double& into) {
    const bool number = object.type == msgpack::type::FLOAT32 || object.type == msgpack::type::FLOAT64;
    if (!number || !std::isfinite(object.via.f64)) {
        return false;
    }
    into = object.via.f64;
    return true;
}

bool read(const msgpack::object& object, bool& into) {
    if (object.type != msgpack::type::BOOLEAN) {
        return false;
    }
    into = object.via.boolean;
    return true;
}

bool read(const msgpack::object& object, std::string& into) {
    if (!is_text(object)) {
        return false;
    }
    into.assign(view(object));
    return true;
}

bool read(const msgpack::object& object, NamedFloats& into) {
    if (object.type != msgpack::type::MAP) {
        return false;
    }
    into.assign(object.via.map.size, {});
    for (std::uint32_t index = 0; index < object.via.map.size; ++index) {
        const msgpack::object_kv& pair = object.via.map.ptr[index];
        if (!read(pair.key, into[index].first) || !read(pair.val, into[index].second)) {
            return false;
        }
    }
    return true;
}

bool read_version(const msgpack::object* value, std::vector<std::int64_t>& version) {
    if (value == nullptr || value->type != msgpack::type::ARRAY || value->via.array.size < 2) {
        return false;
    }
    version.resize(2);
    for (std::uint32_t index = 0; index < 2; ++index) {
        const msgpack::object& number = value->via.array.ptr[index];
        if (number.type == msgpack::type::NEGATIVE_INTEGER) {
            version[index] = number.via.i64;
        } else if (!read(number, version[index])) {
            return false;
        }
    }
    return true;
}

}  // namespace facebridge
