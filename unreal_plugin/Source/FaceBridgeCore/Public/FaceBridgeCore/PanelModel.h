// The panel's logic: what its buttons do, and what becomes of a service's answers.

#pragma once

#include "FaceBridgeCore/Editor.h"
#include "FaceBridgeCore/Engine.h"
#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/PanelView.h"
#include "FaceBridgeCore/Presets.h"
#include "FaceBridgeCore/Session.h"

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace facebridge {

// For one thread; call `update` once a tick. What returns false says why, in `problem` and in the view's message, and
// changed nothing. After every change of the character the engine's sink gets it.
class FACEBRIDGECORE_API PanelModel {
public:
    explicit PanelModel(Engine engine = {}) : engine_(engine) {}

    bool connect(SessionOptions options, std::string& problem);
    void disconnect();

    // Take what came; whether the view may be another than before.
    bool update();

    // Edit without a service; a service for another character takes this one's place.
    void open_character(Schema schema);

    // Take over a character that the engine already shows, such as after its own undo: no step, and no call of the
    // sink. Where it is what our undo or redo would lead to, that step is taken.
    bool adopt(Character character, std::string& problem);

    // One photo, or several of one person; `names` are theirs.
    bool import_photo(const Photo& photo, const std::vector<std::string>& names, std::string& problem);

    // The files are read aside; what is wrong with them is in the view when they were.
    bool import_files(const std::vector<std::string>& paths, std::string& problem);
    bool import_by_dialog(std::string& problem);  // true as well when the dialog was closed

    // Read the photo again: another face of it, around another archetype ("" infers it), or with another bundle.
    bool choose_face(std::int64_t face, std::string& problem);
    bool choose_archetype(const std::string& name, std::string& problem);
    bool choose_bundle(const std::string& name, std::string& problem);

    // Ask for other readings of the photo; the character stays until one is chosen.
    bool vary(std::int64_t count, std::string& problem);
    bool choose_variation(std::size_t number, std::string& problem);

    // Show the character beside the photo, from now on and whenever it changes; "" ends it.
    bool compare(const std::string& kind, double blend, std::string& problem);

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

    void rename(const std::string& name) { name_ = name; }
    bool save(Bytes& file, std::string& problem);
    bool load(const Bytes& file, const std::string& called, std::string& problem);
    bool save_file(const std::string& path, std::string& problem);
    bool load_file(const std::string& path, std::string& problem);
    bool save_by_dialog(std::string& problem);
    bool load_by_dialog(std::string& problem);

    std::string search;  // narrows the view's groups

    PanelView view() const;
    bool busy() const { return files_.valid() || (session_ != nullptr && session_->busy()); }
    bool comparing() const { return session_ != nullptr && session_->comparing(); }
    const Editor* editor() const { return editor_.get(); }  // null before a character is known

private:
    // A photo, or several of one person, and how it is read.
    struct Reading {
        Photo photo;
        std::vector<std::string> names;
        std::int64_t face = 0;
        std::string archetype;
        std::string bundle;
        std::int64_t variations = 0;

        std::string called() const;
    };
    // Files that were read aside, or why they could not be.
    struct ReadFiles {
        Photo photo;
        std::vector<std::string> names;
        std::string problem;
    };
    struct Variation {
        Character character;
        Picture preview;
    };

    bool ask(Reading reading, std::string& problem);
    Wishes wishes(const Reading& reading) const;
    bool take_files();
    bool compare_again();
    void take(SessionEvent& event);
    void take_import(SessionEvent& event);
    void take_variations(Imported& answer);
    void take_refined(SessionEvent& event);
    void take_compared(Compared& answer);
    void take_failure(const SessionEvent& event);
    void forget_photo();
    bool wear(const Character& character, const std::string& words, bool keep_locked, std::string& problem);
    bool put_on(const std::string& step, std::string& problem);
    bool editable(std::string& problem) const;
    bool edited(bool good, const std::string& step, std::string& problem);
    bool refuse(const std::string& problem);
    void tell(std::string words, bool failed = false);
    bool log_state();
    std::vector<std::string> targets(const std::string& target) const;

    std::string status() const;
    std::string photo_words() const;
    PanelActions actions() const;
    bool offers(const char* feature) const { return session_ != nullptr && session_->offers(feature); }
    void show_photo(PanelView& view) const;
    void show_comparison(PanelView& view) const;
    std::vector<PanelGroup> groups() const;
    PanelRow row(std::size_t position) const;

    Engine engine_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<Editor> editor_;
    Character worn_;  // what the sink has
    std::string address_;
    std::string name_;
    std::string archetype_;  // given by hand
    std::string bundle_;
    std::future<ReadFiles> files_;  // under way, as is the next
    std::future<ReadFiles> dropped_;  // given up, and still reading: waiting for a slow disk would hold up a frame
    std::vector<std::string> files_called_;
    std::optional<Reading> asked_;
    std::optional<Reading> read_;   // came last, with what came of it
    Photo best_photo_;              // the one of it that counted most
    std::optional<Imported> imported_;
    std::vector<Picture> thumbnails_;
    std::vector<Variation> variations_;
    std::optional<PanelProgress> progress_;
    std::optional<Character> best_;  // of the refine under way
    std::string compare_kind_;       // "" while nothing is compared
    double blend_ = 0.5;
    std::optional<Character> compared_;  // what the comparison shows or is asked to
    Picture comparison_;
    std::string preset_rest_;  // what a loaded preset holds that is not ours, or which photo the character is from
    std::string preset_notes_;
    std::string message_;
    bool failed_ = false;
    std::string drawn_by_;
    std::string logged_;
    Picture aligned_;
    Picture preview_;
};

}  // namespace facebridge
