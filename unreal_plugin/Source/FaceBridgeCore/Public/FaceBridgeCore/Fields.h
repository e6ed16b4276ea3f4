// What a field of a message may be: the types that the generated messages are made of, and their descriptions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace facebridge {

using Bytes = std::vector<std::uint8_t>;

// A map in the order in which it is sent, as text to float64.
using NamedFloats = std::vector<std::pair<std::string, double>>;

// Row-major values with their shape; the product of the shape is the number of values.
template <class Value>
struct Array {
    std::vector<std::uint32_t> shape;
    std::vector<Value> values;

    bool operator==(const Array& other) const { return shape == other.shape && values == other.values; }
};

using FloatArray = Array<float>;
using ByteArray = Array<std::uint8_t>;

enum class FieldType { Text, Words, Int, Float, Bool, Ints, Texts, Floats };
enum class ElementType { Float32, UInt8 };

// A field of the header. `required`: a message without it is malformed; else the member keeps its default.
template <class Owner, class Value>
struct HeaderField {
    std::string_view name;
    FieldType type;
    bool required;
    Value Owner::*member;
};

template <class Owner, class Value>
HeaderField(const char*, FieldType, bool, Value Owner::*) -> HeaderField<Owner, Value>;

// An array that travels as a part of its own. `first` and `last`: that dimension's size, or -1 for any.
template <class Owner, class Value>
struct ArrayField {
    std::string_view name;
    ElementType type;
    int rank;
    std::int64_t first;
    std::int64_t last;
    bool required;
    Value Owner::*member;
};

template <class Owner, class Value>
ArrayField(const char*, ElementType, int, int, int, bool, Value Owner::*) -> ArrayField<Owner, Value>;

}  // namespace facebridge
