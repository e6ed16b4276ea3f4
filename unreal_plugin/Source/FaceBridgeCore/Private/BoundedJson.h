// JSON of strangers: parsed only as far as its depth and its number of names are those of an honest file.

#pragma once

#include "FaceBridgeCore/Fields.h"

#include <nlohmann/json.hpp>

#include <cstddef>

namespace facebridge {

inline constexpr int kJsonDepth = 64;

// Discarded (`is_discarded`) for what is not UTF-8 JSON, is nested deeper than kJsonDepth, which would overflow the
// stack when written again, or has more than `most` names, which an object that keeps their order compares one by one.
template <class Json>
Json parse_bounded(const Bytes& bytes, std::size_t most) {
    std::size_t names = 0;
    bool deep = false;
    const auto keep = [&](int depth, typename Json::parse_event_t event, Json&) {
        deep = deep || depth > kJsonDepth;
        names += event == Json::parse_event_t::key ? 1 : 0;
        return !deep && names <= most;
    };
    Json document = Json::parse(bytes, keep, false);
    return deep || names > most ? Json(nlohmann::detail::value_t::discarded) : document;
}

}  // namespace facebridge
