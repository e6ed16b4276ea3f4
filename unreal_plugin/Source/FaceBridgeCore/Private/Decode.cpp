// Parts to messages: every bound is checked before the bytes behind it are believed.

#include "FaceBridgeCore/Codec.h"

#include "Msgpack.h"
#include "Utf8.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <tuple>
#include <type_traits>

namespace facebridge {
namespace {

constexpr std::uint64_t kLargestInteger = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
constexpr std::uint64_t kSideLimit = std::uint64_t{1} << 31;
constexpr std::size_t kNesting = 256;

// Thrown and caught in this file only.
struct Malformed {
    std::string words;
};

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string_view view(const msgpack::object& object) { return {object.via.str.ptr, object.via.str.size}; }

bool is_text(const msgpack::object& object) {
    return object.type == msgpack::type::STR && object.via.str.size <= limits::kTextBytes;
}

// No extension, no key twice, no key that is neither text nor bytes, and all text UTF-8, however deep.
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
        case msgpack::type::MAP: {
            std::set<std::string_view> keys;
            for (std::uint32_t index = 0; index < object.via.map.size; ++index) {
                const msgpack::object_kv& pair = object.via.map.ptr[index];
                const bool bytes = pair.key.type == msgpack::type::BIN;
                if (!bytes && pair.key.type != msgpack::type::STR) {
                    throw Malformed{"The header has a map key that is not text."};
                }
                check_tree(pair.key);
                check_tree(pair.val);
                const std::string_view key = bytes ? std::string_view{pair.key.via.bin.ptr, pair.key.via.bin.size} : view(pair.key);
                if (!keys.insert(key).second) {
                    throw Malformed{"The header names a field twice."};
                }
            }
            break;
        }
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

template <class Value>
bool read(const msgpack::object& object, std::vector<Value>& into) {
    if (object.type != msgpack::type::ARRAY || object.via.array.size > limits::kItems) {
        return false;
    }
    into.assign(object.via.array.size, Value{});
    for (std::uint32_t index = 0; index < object.via.array.size; ++index) {
        if (!read(object.via.array.ptr[index], into[index])) {
            return false;
        }
    }
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

// An array part as the header describes it.
struct Described {
    std::string_view name;
    std::string_view dtype;
    std::vector<std::uint32_t> shape;
    PartView data;
};

Described described(std::string_view kind, const msgpack::object& entry, PartView data) {
    const Malformed wrong{quoted(kind) + " describes an array part wrongly; name, dtype and shape were expected."};
    if (entry.type != msgpack::type::MAP) {
        throw wrong;
    }
    const msgpack::object* name = find(entry, "name");
    const msgpack::object* dtype = find(entry, "dtype");
    const msgpack::object* shape = find(entry, "shape");
    if (name == nullptr || dtype == nullptr || shape == nullptr || name->type != msgpack::type::STR ||
        dtype->type != msgpack::type::STR || shape->type != msgpack::type::ARRAY) {
        throw wrong;
    }
    Described found{view(*name), view(*dtype), {}, data};
    for (std::uint32_t index = 0; index < shape->via.array.size; ++index) {
        const msgpack::object& side = shape->via.array.ptr[index];
        if (side.type != msgpack::type::POSITIVE_INTEGER || side.via.u64 >= kSideLimit) {
            throw wrong;
        }
        found.shape.push_back(static_cast<std::uint32_t>(side.via.u64));
    }
    return found;
}

// The number of bytes that a shape needs; false when 64 bits do not hold it.
bool bytes_needed(const std::vector<std::uint32_t>& shape, std::uint64_t element, std::uint64_t& bytes) {
    bytes = element;
    for (const std::uint32_t side : shape) {
        if (side != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / side) {
            return false;
        }
        bytes *= side;
    }
    return true;
}

template <class Element>
void fill(Array<Element>& into, const Described& part) {
    into.shape = part.shape;
    into.values.resize(part.data.size / sizeof(Element));
    if (part.data.size != 0) {
        std::memcpy(into.values.data(), part.data.data, part.data.size);
    }
}

void fill(Bytes& into, const Described& part) { into.assign(part.data.data, part.data.data + part.data.size); }

template <class Value>
void fill(std::optional<Value>& into, const Described& part) {
    fill(into.emplace(), part);
}

template <class Owner, class Value>
void take(const ArrayField<Owner, Value>& field, const std::vector<Described>& parts, Owner& message) {
    const Described* found = nullptr;
    const std::string name = "Array " + quoted(field.name) + " of " + quoted(Owner::kKind);
    for (const Described& part : parts) {
        if (part.name != field.name) {
            continue;
        }
        if (found != nullptr) {
            throw Malformed{quoted(Owner::kKind) + " carries the array " + quoted(field.name) + " twice."};
        }
        found = &part;
        const bool floats = field.type == ElementType::Float32;
        if (part.dtype != (floats ? "f4" : "u1")) {
            throw Malformed{name + " has dtype " + quoted(part.dtype) + "; '" + (floats ? "f4" : "u1") + "' was expected."};
        }
        bool fits = part.shape.size() == static_cast<std::size_t>(field.rank);
        fits = fits && (field.last < 0 || part.shape.back() == static_cast<std::uint32_t>(field.last));
        fits = fits && (field.first < 0 || part.shape.front() == static_cast<std::uint32_t>(field.first));
        if (!fits) {
            throw Malformed{name + " has a wrong shape; " + std::to_string(field.rank) + " dimensions are needed."};
        }
        std::uint64_t needed = 0;
        if (!bytes_needed(part.shape, floats ? 4 : 1, needed) || needed != part.data.size) {
            throw Malformed{name + " has " + std::to_string(part.data.size) + " bytes, which its shape does not need."};
        }
    }
    if (found != nullptr) {
        fill(message.*(field.member), *found);
    } else if (field.required) {
        throw Malformed{quoted(Owner::kKind) + " lacks its array " + quoted(field.name) + "."};
    }
}

template <class Owner, class Value>
void take(const HeaderField<Owner, Value>&, const std::vector<Described>&, Owner&) {}

template <class Owner, class Value>
void take(const HeaderField<Owner, Value>& field, const msgpack::object& header, Owner& message) {
    const msgpack::object* value = find(header, field.name);
    if (value == nullptr) {
        if (field.required) {
            throw Malformed{quoted(Owner::kKind) + " lacks its field " + quoted(field.name) + "."};
        }
        return;
    }
    if (!read(*value, message.*(field.member))) {
        throw Malformed{"Field " + quoted(field.name) + " of " + quoted(Owner::kKind) + " holds something else than expected."};
    }
}

template <class Owner, class Value>
void take(const ArrayField<Owner, Value>&, const msgpack::object&, Owner&) {}

template <class Kind>
Kind decode_kind(const msgpack::object& header, const PartView* arrays, std::size_t count) {
    Kind message;
    std::apply([&](const auto&... field) { (take(field, header, message), ...); }, Kind::fields());
    const msgpack::object* listed = find(header, "parts");
    if (listed == nullptr || listed->type != msgpack::type::ARRAY || listed->via.array.size != count) {
        throw Malformed{quoted(Kind::kKind) + " must list its " + std::to_string(count) + " array parts in the field 'parts'."};
    }
    std::vector<Described> parts;
    for (std::size_t index = 0; index < count; ++index) {
        parts.push_back(described(Kind::kKind, listed->via.array.ptr[index], arrays[index]));
    }
    std::apply([&](const auto&... field) { (take(field, parts, message), ...); }, Kind::fields());
    return message;
}

template <std::size_t Index = 0>
bool decode_named(std::string_view kind, const msgpack::object& header, const PartView* arrays, std::size_t count,
                  Message& message) {
    if constexpr (Index == std::variant_size_v<Message>) {
        return false;
    } else {
        using Kind = std::variant_alternative_t<Index, Message>;
        if (kind == Kind::kKind) {
            message = decode_kind<Kind>(header, arrays, count);
            return true;
        }
        return decode_named<Index + 1>(kind, header, arrays, count, message);
    }
}

// The versions of a greeting; false when it is no list of two integers.
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

bool refuse(Refusal& refusal, const char* code, std::string words) {
    refusal.code = code;
    refusal.words = std::move(words);
    return false;
}

bool decode_header(const msgpack::object& header, const PartView* parts, std::size_t count, Message& message,
                   Refusal& refusal) {
    if (header.type != msgpack::type::MAP) {
        return refuse(refusal, "malformed", "The header is no msgpack map.");
    }
    check_tree(header);
    const msgpack::object* kind = find(header, "kind");
    if (kind == nullptr || kind->type != msgpack::type::STR) {
        return refuse(refusal, "malformed", "The header has no text field 'kind'.");
    }
    const std::string_view name = view(*kind);
    const msgpack::object* request = find(header, "request_id");
    if (request == nullptr || !read(*request, refusal.request_id)) {
        refusal.request_id = 0;
    }
    if (name == Hello::kKind || name == Welcome::kKind) {
        std::vector<std::int64_t> theirs;
        if (!read_version(find(header, "protocol"), theirs)) {
            return refuse(refusal, "malformed", "The field 'protocol' must be a list of two integers, major and minor.");
        }
        if (theirs[0] != kProtocolMajor) {
            refusal.theirs = theirs;
            const std::string other = std::to_string(theirs[0]) + "." + std::to_string(theirs[1]);
            const std::string own = std::to_string(kProtocolMajor) + "." + std::to_string(kProtocolMinor);
            return refuse(refusal, "protocol", "The other side speaks protocol " + other + ", this one " + own +
                                                   "; install the same FaceBridge protocol on both sides.");
        }
    }
    if (!decode_named(name, header, parts + 1, count - 1, message)) {
        return refuse(refusal, "unknown-kind", "Message kind " + quoted(name.substr(0, 64)) + " is not part of the protocol.");
    }
    return true;
}

}  // namespace

bool decode(const PartView* parts, std::size_t count, Message& message, Refusal& refusal) {
    refusal = {};
    if (count < 1 || count > limits::kParts) {
        return refuse(refusal, "malformed", "A message has " + std::to_string(count) + " parts; 1 to " +
                                                std::to_string(limits::kParts) + " are allowed.");
    }
    if (parts[0].size > limits::kHeaderBytes) {
        return refuse(refusal, "malformed", "A header of " + std::to_string(parts[0].size) + " bytes is over the limit.");
    }
    try {
        const std::size_t most = limits::kItems;
        const msgpack::unpack_limit limit(most, most, limits::kHeaderBytes, limits::kHeaderBytes, limits::kHeaderBytes, kNesting);
        std::size_t used = 0;
        const msgpack::object_handle handle = msgpack::unpack(reinterpret_cast<const char*>(parts[0].data), parts[0].size,
                                                              used, nullptr, nullptr, limit);
        if (used != parts[0].size) {
            return refuse(refusal, "malformed", "Bytes follow the header's map.");
        }
        return decode_header(handle.get(), parts, count, message, refusal);
    } catch (const Malformed& error) {
        return refuse(refusal, "malformed", error.words);
    } catch (const std::exception&) {
        return refuse(refusal, "malformed", "The header is not valid msgpack.");
    }
}

bool decode(const Parts& parts, Message& message, Refusal& refusal) {
    std::vector<PartView> views;
    views.reserve(parts.size());
    for (const Bytes& part : parts) {
        views.push_back({part.data(), part.size()});
    }
    return decode(views.data(), views.size(), message, refusal);
}

}  // namespace facebridge
