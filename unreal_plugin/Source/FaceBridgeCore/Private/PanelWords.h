// Words that several parts of the panel say.

#pragma once

namespace facebridge {

inline constexpr const char* kNoCharacter = "There is no character yet; connect to a service first.";

// The group under which a panel lists the choices, as the studio does.
inline constexpr const char* kStyle = "style";

}  // namespace facebridge
