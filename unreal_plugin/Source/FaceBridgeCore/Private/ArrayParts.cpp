// Dtype, rank, sides and size of an array part, with 64-bit products that cannot overflow unseen.

#include "ArrayParts.h"

#include <limits>

namespace facebridge {
namespace {

constexpr std::uint64_t kSideLimit = std::uint64_t{1} << 31;

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

[[noreturn]] void complain(const ArrayDemand& demand, const std::string& what) {
    throw Malformed{"Array " + quoted(demand.name) + " of " + quoted(demand.kind) + " " + what};
}

void check(const ArrayDemand& demand, const DescribedPart& part) {
    const bool floats = demand.type == ElementType::Float32;
    if (part.dtype != (floats ? "f4" : "u1")) {
        complain(demand, "has dtype " + quoted(part.dtype) + "; '" + (floats ? "f4" : "u1") + "' was expected.");
    }
    bool fits = part.shape.size() == static_cast<std::size_t>(demand.rank);
    fits = fits && (demand.last < 0 || part.shape.back() == static_cast<std::uint32_t>(demand.last));
    fits = fits && (demand.first < 0 || part.shape.front() == static_cast<std::uint32_t>(demand.first));
    if (!fits) {
        complain(demand, "has a wrong shape; " + std::to_string(demand.rank) + " dimensions are needed.");
    }
    std::uint64_t needed = 0;
    if (!bytes_needed(part.shape, floats ? 4 : 1, needed) || needed != part.data.size) {
        complain(demand, "has " + std::to_string(part.data.size) + " bytes, which its shape does not need.");
    }
}

}  // namespace

DescribedPart described(std::string_view kind, const msgpack::object& entry, PartView data) {
    const auto wrong = [kind] {
        return Malformed{quoted(kind) + " describes an array part wrongly; name, dtype and shape were expected."};
    };
    if (entry.type != msgpack::type::MAP) {
        throw wrong();
    }
    const msgpack::object* name = find(entry, "name");
    const msgpack::object* dtype = find(entry, "dtype");
    const msgpack::object* shape = find(entry, "shape");
    if (name == nullptr || dtype == nullptr || shape == nullptr || name->type != msgpack::type::STR ||
        dtype->type != msgpack::type::STR || shape->type != msgpack::type::ARRAY) {
        throw wrong();
    }
    DescribedPart found{view(*name), view(*dtype), {}, data};
    for (std::uint32_t index = 0; index < shape->via.array.size; ++index) {
        const msgpack::object& side = shape->via.array.ptr[index];
        if (side.type != msgpack::type::POSITIVE_INTEGER || side.via.u64 >= kSideLimit) {
            throw wrong();
        }
        found.shape.push_back(static_cast<std::uint32_t>(side.via.u64));
    }
    return found;
}

const DescribedPart* demanded(const ArrayDemand& demand, const std::vector<DescribedPart>& parts) {
    const DescribedPart* found = nullptr;
    for (const DescribedPart& part : parts) {
        if (part.name != demand.name) {
            continue;
        }
        if (found != nullptr) {
            throw Malformed{quoted(demand.kind) + " carries the array " + quoted(demand.name) + " twice."};
        }
        check(demand, part);
        found = &part;
    }
    if (found == nullptr && demand.required) {
        throw Malformed{quoted(demand.kind) + " lacks its array " + quoted(demand.name) + "."};
    }
    return found;
}

}  // namespace facebridge
