// Several characters in one frame: which cell draws which sample when, and samples out of what the GPU gives back.

#pragma once

#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Fields.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace facebridge {

// A frame in memory as a GPU maps it: blue, green, red, alpha; a row may be longer than its pixels.
struct BgraFrame {
    const std::uint8_t* data = nullptr;
    std::size_t row_bytes = 0;
    std::size_t width = 0;
    std::size_t height = 0;
};

// The square of `px` pixels whose corner lies at (left, top), as (px, px, 3) red, green, blue; false when it is not
// inside the frame or the rows are shorter than their pixels.
FACEBRIDGECORE_API bool crop(const BgraFrame& frame, std::size_t left, std::size_t top, std::size_t px,
                             ByteArray& pixels);

// A cell holds one character. It is posed, stands for `settle` frames until its shape has reached the GPU, and is then
// drawn; from there on it may be posed again, while its picture is still being read back.
class FACEBRIDGECORE_API CaptureGrid {
public:
    // At least one readback for each cell, so that all cells can be posed at once, in their order.
    CaptureGrid(std::size_t cells, int settle, std::size_t readbacks);

    // Give a sample to a free cell. None while all are taken, while too many pictures are being read back, or while
    // pictures of another size are under way: there is one render target.
    std::optional<std::size_t> pose(std::int64_t ticket, int image_px);

    // A frame has ended. The cells that are to be drawn now.
    std::vector<std::size_t> advance();

    std::int64_t ticket(std::size_t cell) const { return cells_[cell].ticket; }

    // The cell was drawn and its picture is being read back; the ticket that it belongs to.
    std::int64_t drawn(std::size_t cell);

    // A readback has ended, whatever came of it.
    void read() { reading_ -= reading_ > 0 ? 1 : 0; }

    // Forget the posed cells; what is being read back stays counted.
    void clear();

    bool idle() const;
    int image_px() const { return image_px_; }  // of what is under way
    std::size_t cells() const { return cells_.size(); }

private:
    struct Cell {
        std::int64_t ticket = 0;
        int frames = -1;  // left to stand; -1: free
    };

    std::vector<Cell> cells_;
    int settle_;
    std::size_t readbacks_;
    std::size_t reading_ = 0;
    int image_px_ = 0;
};

}  // namespace facebridge
