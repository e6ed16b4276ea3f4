// The first pictures of a capturing process: the card, then two characters and the first of them again in every cell.

#pragma once

#include "FaceBridgeCore/CaptureChecks.h"
#include "FaceBridgeCore/CaptureRenderer.h"
#include "FaceBridgeCore/Export.h"

#include <cstddef>
#include <string>

namespace facebridge {

enum class SelfTestState { Running, Passed, Failed };

class FACEBRIDGECORE_API CaptureSelfTest {
public:
    // The renderer must outlive it and be nobody else's while it runs.
    CaptureSelfTest(const Schema& schema, std::size_t cells, int image_px, CaptureRenderer& renderer);

    // Once a frame, after the renderer's.
    SelfTestState tick();

    // Why it failed, for the farm's operator.
    const std::string& words() const { return words_; }

private:
    bool begin_next();
    SelfTestState take_finished();
    SelfTestState fail(const std::string& words);

    CaptureChecks checks_;
    CaptureRenderer& renderer_;
    std::size_t cells_;
    int image_px_;
    int step_ = -1;  // -1: the card; then the steps of the checks
    std::size_t begun_ = 0;
    std::size_t finished_ = 0;
    int idle_frames_ = 0;
    SelfTestState state_ = SelfTestState::Running;
    std::string words_;
};

}  // namespace facebridge
