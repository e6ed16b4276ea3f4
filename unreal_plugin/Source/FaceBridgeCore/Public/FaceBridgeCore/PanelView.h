// Everything that a panel shows and may do, as plain data: whoever draws it only draws.

#pragma once

#include "FaceBridgeCore/Fields.h"
#include "FaceBridgeCore/Session.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace facebridge {

// Rows of sRGB pixels, (height, width, 3); null when there is none. Another picture is another pointer.
using Picture = std::shared_ptr<const ByteArray>;

// What may be done now; a button is enabled by its member.
struct PanelActions {
    bool connect = false;
    bool disconnect = false;
    bool import_photo = false;
    bool several_photos = false;  // of one person in one import
    bool choose_face = false;
    bool choose_archetype = false;
    bool choose_bundle = false;
    bool vary = false;
    bool choose_variation = false;
    bool compare = false;
    bool refine = false;
    bool cancel = false;
    bool edit = false;  // sliders, choices, reset, load
    bool lock = false;
    bool undo = false;
    bool redo = false;
    bool save = false;
};

struct PanelRow {
    std::string name;
    std::string label;
    std::string description;
    double value = 0;  // of a parameter, as are the next three
    double minimum = 0;
    double maximum = 0;
    double neutral = 0;
    std::vector<std::string> options;  // of a choice; empty for a parameter
    std::size_t option = 0;
    bool locked = false;
    bool changed = false;              // reset would change it
    std::optional<float> confidence;   // in [0, 1], after an import
};

struct PanelGroup {
    std::string name;
    bool locked = false;  // every row is
    std::vector<PanelRow> rows;
};

// One thing that people should know of the photo; `severity` is note, warning or serious.
struct PanelFinding {
    std::string severity;
    std::string code;
    std::string words;
};

// One of several photos of a person; `weight` is how much it counted, 0 for one that was left out.
struct PanelPhoto {
    std::string name;
    std::optional<float> weight;
};

struct PanelFace {
    std::array<float, 4> box{};  // left, top, right, bottom px in the photo
    Picture thumbnail;
    bool chosen = false;
};

// A kind of face that photos are read around, such as a sex; `share` is what the photo said.
struct PanelArchetype {
    std::string name;
    double share = 0;
    bool chosen = false;  // by hand; when none is, it is inferred
};

struct PanelBundle {
    std::string name;
    bool chosen = false;
};

// Another reading of the photo.
struct PanelVariation {
    Picture preview;
    bool worn = false;  // the character is this one now
};

// A way to set the character beside the photo.
struct PanelComparison {
    std::string kind;
    std::string label;
    bool chosen = false;
};

struct PanelProgress {
    std::int64_t step = 0;
    std::int64_t steps = 0;
    double loss_before = 0;
    double loss = 0;
};

struct PanelView {
    SessionState state = SessionState::Offline;
    std::string status;   // always says something
    std::string message;  // what the last action came to; "" for nothing
    bool failed = false;  // the message is an error's
    PanelActions may;
    std::optional<PanelProgress> progress;  // while refining
    std::string name;                       // of the character, as presets are saved
    std::string photo;                      // what is read or was read last, in words
    std::vector<PanelPhoto> photos;
    std::string photo_words;  // what stands where the photo would be; "" when it is there
    std::vector<PanelFinding> findings;  // the most serious first
    std::vector<PanelFace> faces;        // when there are several to choose from
    std::vector<PanelArchetype> archetypes;
    std::vector<PanelBundle> bundles;  // when there are several to choose from
    std::string bundle;                // that answered last
    std::vector<PanelVariation> variations;
    std::vector<PanelComparison> comparisons;  // that the service offers
    double blend = 0.5;
    Picture comparison;            // of the chosen kind
    std::string comparison_words;  // what is to be seen in it, or why there is none yet
    std::vector<PanelGroup> groups;  // the search's; the choices come first, as "style"
    std::string empty;               // why there are no groups; "" when there are
    std::string undo;                // what undo takes back, as are `redo`'s words
    std::string redo;
    bool mirror = false;
    std::string drawn_by;
    Picture aligned;
    Picture preview;  // while refining, the best so far
};

}  // namespace facebridge
