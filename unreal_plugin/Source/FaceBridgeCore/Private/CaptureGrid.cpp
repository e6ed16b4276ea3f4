// Cells and crops: see CaptureGrid.h.

#include "FaceBridgeCore/CaptureGrid.h"

#include <algorithm>

namespace facebridge {

bool crop(const BgraFrame& frame, std::size_t left, std::size_t top, std::size_t px, ByteArray& pixels) {
    if (frame.data == nullptr || px == 0 || frame.row_bytes / 4 < frame.width || px > frame.width ||
        px > frame.height || left > frame.width - px || top > frame.height - px) {
        return false;
    }
    const auto side = static_cast<std::uint32_t>(px);
    pixels.shape = {side, side, 3};
    pixels.values.resize(px * px * 3);
    std::uint8_t* to = pixels.values.data();
    for (std::size_t row = 0; row < px; ++row) {
        const std::uint8_t* from = frame.data + (top + row) * frame.row_bytes + left * 4;
        for (std::size_t column = 0; column < px; ++column, from += 4, to += 3) {
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
        }
    }
    return true;
}

CaptureGrid::CaptureGrid(std::size_t cells, int settle, std::size_t readbacks)
    : cells_(std::max<std::size_t>(cells, 1)), settle_(std::max(settle, 1)),
      readbacks_(std::max(readbacks, cells_.size())) {}

bool CaptureGrid::idle() const {
    return reading_ == 0 && std::all_of(cells_.begin(), cells_.end(), [](const Cell& cell) { return cell.frames < 0; });
}

std::optional<std::size_t> CaptureGrid::pose(std::int64_t ticket, int image_px) {
    if (image_px != image_px_ && !idle()) {
        return std::nullopt;
    }
    std::size_t posed = 0;
    std::optional<std::size_t> free;
    for (std::size_t at = 0; at < cells_.size(); ++at) {
        if (cells_[at].frames >= 0) {
            ++posed;
        } else if (!free) {
            free = at;
        }
    }
    // Every posed cell will need a readback of its own.
    if (!free || reading_ + posed >= readbacks_) {
        return std::nullopt;
    }
    image_px_ = image_px;
    cells_[*free] = {ticket, settle_};
    return free;
}

std::vector<std::size_t> CaptureGrid::advance() {
    std::vector<std::size_t> ripe;
    for (std::size_t at = 0; at < cells_.size(); ++at) {
        Cell& cell = cells_[at];
        cell.frames -= cell.frames > 0 ? 1 : 0;
        if (cell.frames == 0) {
            ripe.push_back(at);
        }
    }
    return ripe;
}

std::int64_t CaptureGrid::drawn(std::size_t cell) {
    cells_[cell].frames = -1;
    ++reading_;
    return cells_[cell].ticket;
}

void CaptureGrid::clear() {
    for (Cell& cell : cells_) {
        cell.frames = -1;
    }
}

}  // namespace facebridge
