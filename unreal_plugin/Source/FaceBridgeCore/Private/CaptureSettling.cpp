// Waiting for an engine, in words: see CaptureSettling.h.

#include "FaceBridgeCore/CaptureSettling.h"

#include "Numbers.h"

#include <algorithm>

namespace facebridge {
namespace {

std::string awaited(const SettlingLoad& load) {
    std::string words;
    const auto add = [&](const std::string& what) { words += (words.empty() ? "" : ", ") + what; };
    const auto count = [&](std::int64_t number, const char* one, const char* more) {
        if (number > 0) {
            add(std::to_string(number) + " " + (number == 1 ? one : more));
        }
    };
    if (!load.missing.empty()) {
        add(load.missing);
    }
    if (load.loading) {
        add("packages to load");
    }
    count(load.shaders, "shader to compile", "shaders to compile");
    count(load.assets, "asset to compile", "assets to compile");
    count(load.streaming, "texture or mesh to stream in", "textures and meshes to stream in");
    return words;
}

std::string remedy(const SettlingLoad& load) {
    if (!load.missing.empty()) {
        return "open a map that has an actor with a FaceBridge Character component";
    }
    if (load.shaders > 0 || load.assets > 0) {
        return "open the project in the editor once, so that they are in the derived data cache, or use a packaged build";
    }
    return "start the worker with -NoTextureStreaming, or give it more memory for streaming";
}

}  // namespace

CaptureSettling::CaptureSettling(int warm_up_frames, double patience_s)
    : warm_up_frames_(std::max(warm_up_frames, 1)), patience_s_(patience_s) {}

SettlingState CaptureSettling::step(const SettlingLoad& load, double now_s) {
    if (state_ == SettlingState::Ready || state_ == SettlingState::Failed) {
        return state_;
    }
    since_s_ = since_s_ < 0 ? now_s : since_s_;
    if (load.none()) {
        frames_left_ = state_ == SettlingState::Waiting ? warm_up_frames_ : frames_left_ - 1;
        state_ = frames_left_ > 0 ? SettlingState::WarmingUp : SettlingState::Ready;
        words_ = frames_left_ > 0 ? "Warming up: " + std::to_string(frames_left_) + " more frames." : "";
        return state_;
    }
    if (now_s - since_s_ > patience_s_) {
        state_ = SettlingState::Failed;
        words_ = "After " + short_number(patience_s_) + " s the engine still waits for " + awaited(load) + "; " +
                 remedy(load) + ".";
        return state_;
    }
    state_ = SettlingState::Waiting;
    words_ = "Waiting for " + awaited(load) + ".";
    return state_;
}

void CaptureSettling::restart() {
    state_ = SettlingState::Waiting;
    since_s_ = -1;
    words_.clear();
}

}  // namespace facebridge
