// The worker's Renderer for engines that draw over frames: poses cells, draws what has settled, hands on what comes back.

#pragma once

#include "FaceBridgeCore/CaptureGrid.h"
#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Worker.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace facebridge {

// One picture that came back from the GPU; its pixels are empty when it could not be read.
struct CapturePicture {
    std::int64_t ticket = 0;
    ByteArray pixels;
    double milliseconds = 0;
};

// What an engine does of a capture. Called on the engine's main thread; nothing of it may wait.
class CaptureStage {
public:
    virtual ~CaptureStage() = default;

    virtual std::size_t cells() const = 0;

    // Give the character of a cell its values; false, with a sentence, when they cannot be put on.
    virtual bool pose(std::size_t cell, const Character& character, std::string& problem) = 0;

    // Give the one render target this size; only while nothing is drawn into it.
    virtual void resize(int image_px) = 0;

    // Draw a cell and start reading the picture back. False when no readback is free: it is asked again.
    virtual bool draw(std::size_t cell, int image_px, std::int64_t ticket) = 0;

    // The same for a colour of linear light in place of a character.
    virtual bool fill(const std::array<double, 3>& light, int image_px, std::int64_t ticket) = 0;

    // The pictures that have come back since.
    virtual std::vector<CapturePicture> collect() = 0;
};

// Refuses pictures that were not drawn (`check_drawn`), whoever asked for them.
class FACEBRIDGECORE_API CaptureRenderer final : public Renderer {
public:
    // `settle` frames lie between a new shape and its picture; `readbacks` pictures may be under way. The stage must
    // outlive it.
    CaptureRenderer(CaptureStage& stage, int settle, std::size_t readbacks);

    bool begin(const RenderRequest& request) override;
    bool finished(RenderResult& result) override;

    // A card of linear light, read back as pictures are; false while something is under way.
    bool begin_card(std::int64_t ticket, int image_px, const std::array<double, 3>& light);

    // Once a frame, before whoever asks for pictures.
    void tick();

private:
    void fail(std::int64_t ticket, const std::string& words);

    CaptureStage& stage_;
    CaptureGrid grid_;
    std::deque<RenderResult> results_;
};

}  // namespace facebridge
