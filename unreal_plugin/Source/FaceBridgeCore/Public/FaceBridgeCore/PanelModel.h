// Everything that the panel shows and may do, as plain data; whoever draws it only draws.

#pragma once

#include "FaceBridgeCore/Editor.h"
#include "FaceBridgeCore/Presets.h"
#include "FaceBridgeCore/Session.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace facebridge {

// What may be done now; a button is enabled by its member.
struct PanelActions {
    bool connect = false;
    bool disconnect = false;
    bool import_photo = false;
    bool choose_face = false;
    bool choose_archetype = false;
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
    std::optional<float> confidence;  // in [0, 1], after an import
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

struct PanelFace {
    std::array<float, 4> box{};  // left, top, right, bottom px in the photo
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
    std::string photo;
    std::string bundle;
    std::vector<PanelFinding> findings;
    std::vector<PanelFace> faces;  // when there are several to choose from
    std::vector<std::pair<std::string, double>> archetypes;
    std::vector<PanelGroup> groups;  // the search's; choices are in "choices"
    std::string empty;               // why there are no groups; "" when there are
    std::string undo;                // what undo takes back, as are `redo`'s words
    std::string redo;
    bool mirror = false;
    std::string drawn_by;
    std::shared_ptr<const ByteArray> aligned;  // null when there is none
    std::shared_ptr<const ByteArray> preview;
};

// The panel's logic. For one thread; call `update` once a tick. What returns false says why and changed nothing.
class PanelModel {
public:
    bool connect(SessionOptions options, std::string& problem);
    void disconnect();
    void update();

    // Edit without a service; a service for another character takes this one's place.
    void open_character(Schema schema);

    bool import_photo(Bytes photo, const std::string& called, std::string& problem);
    bool choose_face(std::int64_t face, std::string& problem);
    bool choose_archetype(const std::string& name, std::string& problem);
    bool refine(std::int64_t steps, std::string& problem);
    void cancel();

    bool set(const std::string& name, const std::variant<double, std::string>& value, const std::string& gesture,
             std::string& problem);
    void end_gesture();
    bool reset(const std::string& target, bool to_neutral, std::string& problem);
    bool set_lock(const std::string& target, bool locked, std::string& problem);
    bool set_mirror(bool mirror, std::string& problem);
    bool undo(std::string& problem);
    bool redo(std::string& problem);
    bool save(const std::string& name, Bytes& file, std::string& problem) const;
    bool load(const Bytes& file, const std::string& called, std::string& problem);

    std::string search;  // narrows the view's groups

    PanelView view() const;
    bool busy() const { return session_ != nullptr && session_->busy(); }
    const Editor* editor() const { return editor_.get(); }  // null before a character is known

private:
    void take(SessionEvent& event);
    void take_import(SessionEvent& event);
    void take_failure(const SessionEvent& event);
    bool ask(std::string& problem);
    bool editable(std::string& problem) const;
    void tell(std::string words, bool failed = false);
    std::string status() const;
    PanelActions actions() const;
    std::vector<PanelGroup> groups() const;
    PanelRow row(std::size_t position) const;

    std::unique_ptr<Session> session_;
    std::unique_ptr<Editor> editor_;
    std::string address_;
    Bytes photo_;
    std::string photo_name_;
    std::int64_t face_ = 0;
    std::string archetype_;
    std::optional<Imported> imported_;  // of `photo_`, without its pictures
    std::optional<PanelProgress> progress_;
    std::optional<Character> best_;  // of the refine under way
    std::string preset_rest_;        // what a loaded preset holds that is not ours
    std::string preset_notes_;
    std::string message_;
    bool failed_ = false;
    std::string drawn_by_;
    std::shared_ptr<const ByteArray> aligned_;
    std::shared_ptr<const ByteArray> preview_;
};

}  // namespace facebridge
