// Writing rig files, so that a rig that was made in an editor can be used in another project.

#include "FaceBridgeCore/RigFile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace facebridge {
namespace {

using Json = nlohmann::ordered_json;

Json written(const RigTarget& target) {
    constexpr const char* kKinds[] = {"morph", "bone", "scalar", "vector", "control"};
    constexpr const char* kHalves[] = {"both", "low", "high"};
    constexpr const char* kChannels[] = {"translation", "rotation", "scale"};
    Json item = {{kKinds[static_cast<std::size_t>(target.kind)], target.name}};
    if (target.kind == RigKind::Bone) {
        item["channel"] = kChannels[static_cast<std::size_t>(target.channel)];
        item["axis"] = std::string(1, "xyz"[std::clamp(target.axis, 0, 2)]);
    } else if (target.kind == RigKind::Vector) {
        item["component"] = std::string(1, "rgba"[std::clamp(target.axis, 0, 3)]);
    }
    if (target.half != RigHalf::Both) {
        item["half"] = kHalves[static_cast<std::size_t>(target.half)];
    }
    item["rest"] = target.rest;
    item["scale"] = target.scale;
    if (target.offset != 0.0) {
        item["offset"] = target.offset;
    }
    return item;
}

bool finite(const RigFile& rig) {
    return std::all_of(rig.bindings.begin(), rig.bindings.end(),
                       [](const RigBinding& each) {
                           return std::isfinite(each.target.rest) && std::isfinite(each.target.scale) &&
                                  std::isfinite(each.target.offset);
                       }) &&
           std::all_of(rig.bones.begin(), rig.bones.end(), [](const RigBone& bone) {
               return std::all_of(bone.translation.begin(), bone.translation.end(),
                                  [](double each) { return std::isfinite(each); });
           });
}

Json document_of(const RigFile& rig) {
    Json document = {{"format", "facebridge-rig"}, {"version", 1}};
    document["schema"] = {{"character", rig.character}, {"version", rig.version}, {"hash", rig.schema_hash}};
    document["bones"] = Json::array();
    for (const RigBone& bone : rig.bones) {
        document["bones"].push_back({{"name", bone.name}, {"rest", bone.translation}});
    }
    Json parameters = Json::array();
    std::unordered_map<std::string, std::size_t> positions;
    const auto entry = [&](const std::string& name) -> Json& {
        const auto [found, added] = positions.emplace(name, parameters.size());
        if (added) {
            parameters.push_back({{"name", name}});
        }
        return parameters[found->second];
    };
    for (const RigBinding& binding : rig.bindings) {
        entry(binding.parameter)["targets"].push_back(written(binding.target));
    }
    for (const std::string& name : rig.baked) {
        entry(name)["baked"] = true;
    }
    document["parameters"] = std::move(parameters);
    document["expressions"] = rig.expressions;
    return document;
}

}  // namespace

bool write_rig_file(const RigFile& rig, Bytes& file, std::string& problem) {
    if (!finite(rig)) {
        problem = "The rig cannot be written: a number of it is not finite.";
        return false;
    }
    try {
        const std::string text = document_of(rig).dump(1) + "\n";
        file.assign(text.begin(), text.end());
        return true;
    } catch (const std::exception& error) {  // a name that is not UTF-8
        problem = std::string("The rig cannot be written (") + error.what() + ").";
        return false;
    }
}

}  // namespace facebridge
