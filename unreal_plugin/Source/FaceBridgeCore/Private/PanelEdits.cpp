// What the hand does in a panel: sliders, locks, undo, other readings that are chosen, and presets.

#include "FaceBridgeCore/Files.h"
#include "FaceBridgeCore/PanelModel.h"
#include "PanelWords.h"

#include <utility>

namespace facebridge {
namespace {

// A file name for a character of this name, as the studio proposes it.
std::string file_of(const std::string& name) {
    std::string stem;
    for (const char each : name) {
        const bool plain = (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                           (static_cast<unsigned char>(each) & 0x80) != 0;
        stem += plain || each == ' ' || each == '-' || each == '_' || each == '.' ? each : '-';
    }
    const std::size_t from = stem.find_first_not_of(" .");
    const std::size_t end = stem.find_last_not_of(" .");
    return (from == std::string::npos ? "character" : stem.substr(from, end - from + 1)) + ".json";
}

}  // namespace

bool PanelModel::editable(std::string& problem) const {
    if (editor_ == nullptr) {
        problem = kNoCharacter;
        return false;
    }
    if (!actions().edit) {
        problem = "The character is being refined; wait, or stop it first.";
        return false;
    }
    return true;
}

bool PanelModel::edited(bool good, const std::string& step, std::string& problem) {
    if (!good || !put_on(step, problem)) {
        return refuse(problem);
    }
    if (failed_) {
        tell("");  // what was wrong is no longer
    }
    return true;
}

// The names that a target means here: "style" stands for the choices, unless a group has that name.
std::vector<std::string> PanelModel::targets(const std::string& target) const {
    std::vector<std::size_t> unused;
    std::string problem;
    if (target != kStyle || select(editor_->schema(), target, unused, problem)) {
        return {target};
    }
    std::vector<std::string> names;
    for (const Choice& choice : editor_->schema().choices) {
        names.push_back(choice.name);
    }
    return names.empty() ? std::vector<std::string>{target} : names;
}

bool PanelModel::set(const std::string& name, const std::variant<double, std::string>& value,
                     const std::string& gesture, std::string& problem) {
    Edited done;
    const bool good = editable(problem) && editor_->set(name, value, gesture, done, problem);
    return edited(good, good ? editor_->undoable() : "", problem);
}

void PanelModel::end_gesture() {
    if (editor_ != nullptr) {
        editor_->end_gesture();
    }
}

bool PanelModel::reset(const std::string& target, bool to_neutral, std::string& problem) {
    bool good = editable(problem);
    const std::string gesture = "reset " + target;
    for (const std::string& each : good ? targets(target) : std::vector<std::string>{}) {
        Edited done;
        good = good && editor_->reset(each, to_neutral, done, problem);
    }
    return edited(good, target == "*" ? "reset everything" : gesture, problem);
}

bool PanelModel::set_lock(const std::string& target, bool locked, std::string& problem) {
    bool good = editable(problem);
    for (const std::string& each : good ? targets(target) : std::vector<std::string>{}) {
        good = good && (locked ? editor_->lock(each, problem) : editor_->unlock(each, problem));
    }
    return edited(good, "", problem);
}

bool PanelModel::set_mirror(bool mirror, std::string& problem) {
    if (!editable(problem)) {
        return refuse(problem);
    }
    editor_->mirror = mirror;
    return true;
}

bool PanelModel::undo(std::string& problem) {
    if (!editable(problem)) {
        return refuse(problem);
    }
    const std::string words = editor_->undo();
    problem = "There is nothing to undo.";
    if (words.empty() || !put_on("undo " + words, problem)) {
        return refuse(problem);
    }
    tell("Took back: " + words);
    return true;
}

bool PanelModel::redo(std::string& problem) {
    if (!editable(problem)) {
        return refuse(problem);
    }
    const std::string words = editor_->redo();
    problem = "There is nothing to redo.";
    if (words.empty() || !put_on("redo " + words, problem)) {
        return refuse(problem);
    }
    tell("Did again: " + words);
    return true;
}

bool PanelModel::adopt(Character character, std::string& problem) {
    if (editor_ == nullptr) {
        problem = kNoCharacter;
        return false;
    }
    if (!check_character(editor_->schema(), character, problem)) {
        return false;
    }
    editor_->adopt(character);
    worn_ = editor_->character();
    return true;
}

bool PanelModel::choose_variation(std::size_t number, std::string& problem) {
    if (!editable(problem)) {
        return refuse(problem);
    }
    if (number >= variations_.size()) {
        problem = "There is no other reading " + std::to_string(number + 1) + " to choose.";
        return refuse(problem);
    }
    const Variation& chosen = variations_[number];
    if (!wear(chosen.character, "variation " + std::to_string(number + 1), true, problem)) {
        return refuse(problem);
    }
    preview_ = chosen.preview != nullptr ? chosen.preview : preview_;
    drawn_by_ = chosen.preview != nullptr ? "imitator" : drawn_by_;
    tell("Took reading " + std::to_string(number + 1) + " of " + read_->called() + ".");
    return true;
}

bool PanelModel::save(Bytes& file, std::string& problem) {
    if (editor_ == nullptr) {
        problem = kNoCharacter;
        return refuse(problem);
    }
    const Preset preset{editor_->character(), name_, editor_->locked(), preset_notes_, preset_rest_};
    return write_preset(editor_->schema(), preset, file, problem) || refuse(problem);
}

bool PanelModel::load(const Bytes& file, const std::string& called, std::string& problem) {
    Preset preset;
    if (!editable(problem) || !read_preset(file, editor_->schema(), called, preset, problem) ||
        !wear(preset.character, "opened " + called, false, problem)) {
        return refuse(problem);
    }
    editor_->replace_locks(preset.locked);
    name_ = preset.name;
    preset_rest_ = preset.rest;
    preset_notes_ = preset.notes;
    tell("Opened " + called + ".");
    return true;
}

bool PanelModel::save_file(const std::string& path, std::string& problem) {
    Bytes file;
    if (!save(file, problem)) {
        return false;
    }
    if (!write_file(path, file, problem)) {
        return refuse(problem);
    }
    tell("Saved " + file_name(path) + ".");
    return true;
}

bool PanelModel::load_file(const std::string& path, std::string& problem) {
    Bytes file;
    return read_file(path, kPresetBytes, file, problem) ? load(file, file_name(path), problem) : refuse(problem);
}

bool PanelModel::save_by_dialog(std::string& problem) {
    if (engine_.files == nullptr || editor_ == nullptr) {
        problem = engine_.files == nullptr ? "There is no file dialog here." : kNoCharacter;
        return refuse(problem);
    }
    const std::vector<std::string> paths =
        engine_.files->ask({"Save the preset", "Presets", {"json"}, true, false, file_of(name_)});
    return paths.empty() || save_file(paths.front(), problem);
}

bool PanelModel::load_by_dialog(std::string& problem) {
    if (engine_.files == nullptr || editor_ == nullptr) {
        problem = engine_.files == nullptr ? "There is no file dialog here." : kNoCharacter;
        return refuse(problem);
    }
    const std::vector<std::string> paths =
        engine_.files->ask({"Open a preset", "Presets", {"json"}, false, false, ""});
    return paths.empty() || load_file(paths.front(), problem);
}

}  // namespace facebridge
