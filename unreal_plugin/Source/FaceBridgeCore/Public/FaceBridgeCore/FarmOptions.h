// The plugin's switches on an engine's command line: -FaceBridgeFarm=tcp://HOST:PORT and its companions.

#pragma once

#include "FaceBridgeCore/Export.h"

#include <optional>
#include <string>

namespace facebridge {

// What the command line says; what it does not say is left to the project's settings.
struct FarmOptions {
    std::optional<std::string> service;       // -FaceBridgeService=
    std::optional<std::string> service_keys;  // -FaceBridgeKeys=
    std::optional<std::string> farm;          // -FaceBridgeFarm=: makes the process a worker
    std::optional<std::string> farm_keys;     // -FaceBridgeFarmKeys=
    std::optional<std::string> name;          // -FaceBridgeName=: the engine in the farm's reports
    std::optional<int> image_px;              // -FaceBridgePx=, of the self-test
    std::optional<int> columns;               // -FaceBridgeGrid=COLUMNSxROWS
    std::optional<int> rows;
    std::optional<int> warm_up;   // -FaceBridgeWarmUp=, frames
    std::optional<int> settle;    // -FaceBridgeSettle=, frames
    std::optional<int> patience;  // -FaceBridgePatience=, seconds
    bool no_self_test = false;    // -FaceBridgeNoSelfTest
};

// From the whole command line, as the engine holds it; names in any case, values bare or in double quotes. Switches of
// others are passed over. False, with a sentence, for one of ours that is unknown or has a value that does not suit it.
FACEBRIDGECORE_API bool read_farm_options(const std::string& command_line, FarmOptions& options, std::string& problem);

}  // namespace facebridge
