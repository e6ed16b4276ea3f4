// Messages to parts: the header as one msgpack map in wire order, each array as a tight part of its own.

#include "FaceBridgeCore/Codec.h"

#include "Msgpack.h"
#include "Utf8.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>
#include <type_traits>

namespace facebridge {
namespace {

// Thrown and caught in this file only: what the wire cannot carry.
struct Unsendable {
    std::string words;
};

std::string about(std::string_view kind, std::string_view field, const char* what) {
    return "Field '" + std::string(field) + "' of '" + std::string(kind) + "' " + what;
}

class Writer {
public:
    explicit Writer(std::string_view kind) : kind_(kind), packer_(buffer_) {}

    void begin(std::size_t fields) {
        packer_.pack_map(static_cast<std::uint32_t>(fields + 2));
        text("kind");
        text(kind_);
    }

    void text(std::string_view value) {
        packer_.pack_str(static_cast<std::uint32_t>(value.size()));
        packer_.pack_str_body(value.data(), static_cast<std::uint32_t>(value.size()));
    }

    void count(std::size_t value) { packer_.pack_array(static_cast<std::uint32_t>(value)); }

    void number(std::uint64_t value) { packer_.pack_uint64(value); }

    void map(std::size_t value) { packer_.pack_map(static_cast<std::uint32_t>(value)); }

    void put(std::string_view name, FieldType type, const std::string& value) {
        const std::string shown = type == FieldType::Words ? cut_utf8(value, limits::kTextBytes) : value;
        check_text(name, shown);
        text(shown);
    }

    void put(std::string_view name, FieldType, std::int64_t value) {
        if (value < 0) {
            throw Unsendable{about(kind_, name, "is negative; an integer from 0 to 2^63 - 1 was expected.")};
        }
        number(static_cast<std::uint64_t>(value));
    }

    void put(std::string_view name, FieldType, double value) {
        if (!std::isfinite(value)) {
            throw Unsendable{about(kind_, name, "is not finite; a finite float64 was expected.")};
        }
        // Not by pack_double, which writes whole numbers as integers: on the wire a float is always a float64.
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof(bits));
        char bytes[9] = {static_cast<char>(0xcb)};
        for (int at = 8; at > 0; --at) {
            bytes[at] = static_cast<char>(bits & 0xff);
            bits >>= 8;
        }
        buffer_.write(bytes, sizeof(bytes));
    }

    void put(std::string_view, FieldType, bool value) {
        if (value) {
            packer_.pack_true();
        } else {
            packer_.pack_false();
        }
    }

    void put(std::string_view name, FieldType type, const std::vector<std::int64_t>& values) {
        check_items(name, values.size());
        count(values.size());
        for (const std::int64_t value : values) {
            put(name, type, value);
        }
    }

    void put(std::string_view name, FieldType type, const std::vector<std::string>& values) {
        check_items(name, values.size());
        count(values.size());
        for (const std::string& value : values) {
            put(name, type, value);
        }
    }

    void put(std::string_view name, FieldType type, const NamedFloats& values) {
        check_items(name, values.size());
        map(values.size());
        for (const auto& [key, value] : values) {
            check_text(name, key);
            text(key);
            put(name, type, value);
        }
    }

    const msgpack::sbuffer& bytes() const { return buffer_; }

private:
    void check_text(std::string_view name, const std::string& value) const {
        if (value.size() > limits::kTextBytes || !is_utf8(value)) {
            throw Unsendable{about(kind_, name, "is no UTF-8 text of at most 4096 bytes.")};
        }
    }

    void check_items(std::string_view name, std::size_t size) const {
        if (size > limits::kItems) {
            throw Unsendable{about(kind_, name, "has more than 4096 items.")};
        }
    }

    std::string_view kind_;
    msgpack::sbuffer buffer_;
    msgpack::packer<msgpack::sbuffer> packer_;
};

// One array part as it is listed in the header.
struct Listed {
    std::string_view name;
    ElementType type;
    std::vector<std::uint32_t> shape;
    Bytes data;
};

template <class Owner, class Value>
void check_shape(std::string_view kind, const ArrayField<Owner, Value>& field, const std::vector<std::uint32_t>& shape) {
    bool fits = shape.size() == static_cast<std::size_t>(field.rank);
    fits = fits && (field.last < 0 || shape.back() == static_cast<std::uint32_t>(field.last));
    fits = fits && (field.first < 0 || shape.front() == static_cast<std::uint32_t>(field.first));
    for (const std::uint32_t side : shape) {
        fits = fits && side <= static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max());
    }
    if (!fits) {
        throw Unsendable{"Array '" + std::string(field.name) + "' of '" + std::string(kind) + "' has a wrong shape."};
    }
}

template <class Owner, class Value, class Element>
Listed listed(std::string_view kind, const ArrayField<Owner, Value>& field, const Array<Element>& array) {
    check_shape(kind, field, array.shape);
    std::uint64_t values = 1;
    for (const std::uint32_t side : array.shape) {
        values = side == 0 ? 0 : values * side;
    }
    if (values != array.values.size()) {
        throw Unsendable{"Array '" + std::string(field.name) + "' of '" + std::string(kind) + "' does not fill its shape."};
    }
    Bytes data(array.values.size() * sizeof(Element));
    if (!data.empty()) {
        // The wire is little-endian, and so is every machine that Unreal Engine runs on.
        std::memcpy(data.data(), array.values.data(), data.size());
    }
    return {field.name, field.type, array.shape, std::move(data)};
}

template <class Owner, class Value>
Listed listed(std::string_view, const ArrayField<Owner, Value>& field, const Bytes& octets) {
    return {field.name, field.type, {static_cast<std::uint32_t>(octets.size())}, octets};
}

template <class Owner, class Value>
void collect(std::string_view kind, const ArrayField<Owner, Value>& field, const Owner& message, std::vector<Listed>& into) {
    if constexpr (std::is_same_v<Value, std::optional<FloatArray>> || std::is_same_v<Value, std::optional<ByteArray>> ||
                  std::is_same_v<Value, std::optional<Bytes>>) {
        const auto& value = message.*(field.member);
        if (value.has_value()) {
            into.push_back(listed(kind, field, *value));
        }
    } else {
        into.push_back(listed(kind, field, message.*(field.member)));
    }
}

template <class Owner, class Value>
void collect(std::string_view, const HeaderField<Owner, Value>&, const Owner&, std::vector<Listed>&) {}

template <class Owner, class Value>
void write(Writer& writer, const HeaderField<Owner, Value>& field, const Owner& message) {
    writer.text(field.name);
    writer.put(field.name, field.type, message.*(field.member));
}

template <class Owner, class Value>
void write(Writer&, const ArrayField<Owner, Value>&, const Owner&) {}

template <class Owner, class Value>
constexpr std::size_t in_header(const HeaderField<Owner, Value>&) {
    return 1;
}

template <class Owner, class Value>
constexpr std::size_t in_header(const ArrayField<Owner, Value>&) {
    return 0;
}

template <class Kind>
void encode_kind(const Kind& message, Parts& parts) {
    Writer writer(Kind::kKind);
    std::vector<Listed> arrays;
    std::apply(
        [&](const auto&... field) {
            writer.begin((in_header(field) + ... + 0));
            (write(writer, field, message), ...);
            (collect(Kind::kKind, field, message, arrays), ...);
        },
        Kind::fields());
    writer.text("parts");
    writer.count(arrays.size());
    for (const Listed& array : arrays) {
        writer.map(3);
        writer.text("name");
        writer.text(array.name);
        writer.text("dtype");
        writer.text(array.type == ElementType::Float32 ? "f4" : "u1");
        writer.text("shape");
        writer.count(array.shape.size());
        for (const std::uint32_t side : array.shape) {
            writer.number(side);
        }
    }
    const msgpack::sbuffer& header = writer.bytes();
    if (header.size() > limits::kHeaderBytes) {
        throw Unsendable{"The header of '" + std::string(Kind::kKind) + "' would be " + std::to_string(header.size()) +
                         " bytes; at most " + std::to_string(limits::kHeaderBytes) + " fit."};
    }
    parts.clear();
    parts.emplace_back(header.data(), header.data() + header.size());
    for (Listed& array : arrays) {
        parts.push_back(std::move(array.data));
    }
}

}  // namespace

bool encode(const Message& message, Parts& parts, std::string& problem) {
    try {
        std::visit([&](const auto& kind) { encode_kind(kind, parts); }, message);
        return true;
    } catch (const Unsendable& error) {
        problem = error.words;
    } catch (const std::exception& error) {
        problem = std::string("The message cannot be encoded (") + error.what() + ").";
    }
    parts.clear();
    return false;
}

std::string_view kind_of(const Message& message) {
    return std::visit([](const auto& kind) { return std::decay_t<decltype(kind)>::kKind; }, message);
}

}  // namespace facebridge
