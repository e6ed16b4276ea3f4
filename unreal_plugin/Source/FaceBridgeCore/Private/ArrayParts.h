// The array parts of a message: what the header says of them, checked against what is there.

#pragma once

#include "FaceBridgeCore/Codec.h"

#include "HeaderReader.h"

#include <cstring>
#include <optional>
#include <type_traits>

namespace facebridge {

// An array part as the header describes it; neither the text nor the bytes are owned.
struct DescribedPart {
    std::string_view name;
    std::string_view dtype;
    std::vector<std::uint32_t> shape;
    PartView data;
};

// Throws Malformed for anything but name, dtype and shape.
DescribedPart described(std::string_view kind, const msgpack::object& entry, PartView data);

// What a message of a kind demands of an array.
struct ArrayDemand {
    std::string_view kind;
    std::string_view name;
    ElementType type;
    int rank;
    std::int64_t first;
    std::int64_t last;
    bool required;
};

// The one part that is meant, checked; nullptr when it is missing and may be. Throws Malformed.
const DescribedPart* demanded(const ArrayDemand& demand, const std::vector<DescribedPart>& parts);

template <class Element>
void fill(Array<Element>& into, const DescribedPart& part) {
    into.shape = part.shape;
    if constexpr (std::is_same_v<Element, std::uint8_t>) {
        into.values.assign(part.data.data, part.data.data + part.data.size);  // one pass over a picture, not two
    } else {
        into.values.resize(part.data.size / sizeof(Element));
        if (part.data.size != 0) {  // received bytes need not be aligned
            std::memcpy(into.values.data(), part.data.data, part.data.size);
        }
    }
}

inline void fill(Bytes& into, const DescribedPart& part) { into.assign(part.data.data, part.data.data + part.data.size); }

template <class Value>
void fill(std::optional<Value>& into, const DescribedPart& part) {
    fill(into.emplace(), part);
}

}  // namespace facebridge
