// Parts to messages: the header's map first, then each field by the message's own description of it.

#include "FaceBridgeCore/Codec.h"

#include "ArrayParts.h"
#include "HeaderReader.h"

#include <tuple>

namespace facebridge {
namespace {

constexpr std::size_t kNesting = 256;

template <class Owner, class Value>
void take(const ArrayField<Owner, Value>& field, const std::vector<DescribedPart>& parts, Owner& message) {
    const ArrayDemand demand{Owner::kKind, field.name, field.type, field.rank, field.first, field.last, field.required};
    if (const DescribedPart* part = demanded(demand, parts)) {
        fill(message.*(field.member), *part);
    }
}

template <class Owner, class Value>
void take(const HeaderField<Owner, Value>&, const std::vector<DescribedPart>&, Owner&) {}

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
    std::vector<DescribedPart> parts;
    parts.reserve(count);
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
