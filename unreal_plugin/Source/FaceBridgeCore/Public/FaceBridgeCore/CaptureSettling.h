// When an engine's pictures may be trusted: after shaders, assets and streaming, and some frames thrown away.

#pragma once

#include "FaceBridgeCore/Export.h"

#include <cstdint>
#include <string>

namespace facebridge {

// What an engine still has to do before its pictures are those of the finished character.
struct SettlingLoad {
    std::string missing;         // what there is not yet, in words: "a level", "a character"; "" for nothing
    std::int64_t shaders = 0;    // to compile
    std::int64_t assets = 0;     // to compile
    std::int64_t streaming = 0;  // textures and meshes that want finer data
    bool loading = false;        // packages

    bool none() const { return missing.empty() && shaders <= 0 && assets <= 0 && streaming <= 0 && !loading; }
};

enum class SettlingState { Waiting, WarmingUp, Ready, Failed };

class FACEBRIDGECORE_API CaptureSettling {
public:
    CaptureSettling(int warm_up_frames, double patience_s);

    // Once a frame, with a clock in seconds. What begins again during the warm-up begins the warm-up again. Ready and
    // Failed last until `restart`.
    SettlingState step(const SettlingLoad& load, double now_s);

    void restart();

    SettlingState state() const { return state_; }

    // What is waited for, or why it failed.
    const std::string& words() const { return words_; }

private:
    int warm_up_frames_;
    double patience_s_;
    SettlingState state_ = SettlingState::Waiting;
    int frames_left_ = 0;
    double since_s_ = -1;
    std::string words_;
};

}  // namespace facebridge
