// From requests to pictures, over frames: see CaptureRenderer.h.

#include "FaceBridgeCore/CaptureRenderer.h"

#include "FaceBridgeCore/CaptureChecks.h"

#include <utility>

namespace facebridge {

CaptureRenderer::CaptureRenderer(CaptureStage& stage, int settle, std::size_t readbacks)
    : stage_(stage), grid_(stage.cells(), settle, readbacks) {}

bool CaptureRenderer::begin(const RenderRequest& request) {
    const std::optional<std::size_t> cell = grid_.pose(request.ticket, request.image_px);
    if (!cell) {
        return false;
    }
    std::string problem;
    if (!stage_.pose(*cell, request.character, problem)) {
        grid_.drawn(*cell);
        grid_.read();
        fail(request.ticket, problem);
    }
    return true;
}

bool CaptureRenderer::finished(RenderResult& result) {
    if (results_.empty()) {
        return false;
    }
    result = std::move(results_.front());
    results_.pop_front();
    return true;
}

bool CaptureRenderer::begin_card(std::int64_t ticket, int image_px, const std::array<double, 3>& light) {
    if (!grid_.idle()) {
        return false;
    }
    stage_.resize(image_px);
    const std::optional<std::size_t> cell = grid_.pose(ticket, image_px);
    if (!cell || !stage_.fill(light, image_px, ticket)) {
        grid_.clear();
        return false;
    }
    grid_.drawn(*cell);
    return true;
}

void CaptureRenderer::tick() {
    for (CapturePicture& picture : stage_.collect()) {
        grid_.read();
        RenderResult result;
        result.ticket = picture.ticket;
        result.render_ms = picture.milliseconds;
        if (check_drawn(picture.pixels, result.words)) {
            result.pixels = std::move(picture.pixels);
        }
        results_.push_back(std::move(result));
    }
    const std::vector<std::size_t> settled = grid_.advance();
    if (!settled.empty()) {
        stage_.resize(grid_.image_px());
    }
    for (const std::size_t cell : settled) {
        // A cell that finds no readback stays settled until its turn.
        if (stage_.draw(cell, grid_.image_px(), grid_.ticket(cell))) {
            grid_.drawn(cell);
        }
    }
}

void CaptureRenderer::fail(std::int64_t ticket, const std::string& words) {
    RenderResult result;
    result.ticket = ticket;
    result.words = words;
    results_.push_back(std::move(result));
}

}  // namespace facebridge
