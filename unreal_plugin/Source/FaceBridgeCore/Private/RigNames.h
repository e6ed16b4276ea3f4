// Names as importers leave them: an index that finds them whatever was done to case, separators and prefixes.

#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace facebridge {

// Letters and digits alone, small: "Nose.Width_min" is "nosewidthmin".
std::string rig_key(const std::string& name);

// The words between separators, small.
std::vector<std::string> rig_words(const std::string& name);

class RigNames {
public:
    explicit RigNames(const std::vector<std::string>& names);

    // The names that end in `wanted`, of those with the fewest words before it; whole names only, if `whole`. Names
    // that are taken are passed over.
    std::vector<std::string> find(const std::string& wanted, bool whole) const;

    void take(const std::string& name);
    std::vector<std::string> left() const;  // in their first order

private:
    struct Entry {
        std::size_t name;
        std::size_t before;  // words cut off
    };

    std::vector<std::string> names_;
    std::vector<bool> taken_;
    std::unordered_map<std::string, std::vector<Entry>> by_key_;
    std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace facebridge
