// The editor's steps, by the rules of engine_bridge/parameter_editor.py.

#include "FaceBridgeCore/Editor.h"

#include <cstdio>
#include <utility>

namespace facebridge {
namespace {

constexpr std::size_t kSteps = 500;  // at 267 parameters, half a megabyte

}  // namespace

Editor::Editor(Schema schema)
    : schema_(std::move(schema)),
      character_(neutral_character(schema_)),
      home_(character_),
      locked_(schema_.count(), false) {}

bool Editor::edit(const Edit& edit, const std::string& gesture, bool clamp, Edited& edited, std::string& problem) {
    if (!apply_edit(schema_, character_, edit, rules(clamp), edited, problem)) {
        return false;
    }
    take(edited, "changed " + label_of(edit.target), gesture);
    return true;
}

bool Editor::set(const std::string& name, const std::variant<double, std::string>& value, const std::string& gesture,
                 Edited& edited, std::string& problem) {
    if (!apply_edit(schema_, character_, Edit{name, Operation::Set, value}, rules(true), edited, problem)) {
        return false;
    }
    std::string words;
    if (const auto* number = std::get_if<double>(&value)) {
        char text[64];
        std::snprintf(text, sizeof(text), "%+.2f", *number);
        words = text;
    } else {
        words = std::get<std::string>(value);
    }
    take(edited, label_of(name) + " " + words, gesture);
    return true;
}

bool Editor::reset(const std::string& target, bool to_neutral, Edited& edited, std::string& problem) {
    const Character source = to_neutral ? neutral_character(schema_) : home_;
    if (!restore(schema_, character_, target, source, rules(false), edited, problem)) {
        return false;
    }
    take(edited, target == "*" ? "reset everything" : "reset " + label_of(target), "");
    return true;
}

bool Editor::load(const Character& character, const std::string& words, bool keep_locked, Edited& edited,
                  std::string& problem) {
    const Rules held = keep_locked ? rules(false) : Rules{};
    if (!restore(schema_, character_, "*", character, held, edited, problem)) {
        return false;
    }
    take(edited, words, "");
    home_ = edited.character;
    return true;
}

void Editor::adopt(const Character& character) {
    gesture_.clear();
    if (character == character_) {
        return;
    }
    if (!undo_.empty() && undo_.back().character == character) {
        go(undo_, redo_);
    } else if (!redo_.empty() && redo_.back().character == character) {
        go(redo_, undo_);
    } else {
        undo_.clear();
        redo_.clear();
        character_ = character;
    }
}

bool Editor::lock(const std::string& target, std::string& problem) {
    return expand_locks(schema_, {target}, locked_, problem);
}

bool Editor::unlock(const std::string& target, std::string& problem) {
    std::vector<std::size_t> meant;
    if (!select(schema_, target, meant, problem)) {
        return false;
    }
    for (const std::size_t position : meant) {
        locked_[position] = false;
    }
    return true;
}

void Editor::replace_locks(const Locks& locked) {
    locked_ = locked;
    locked_.resize(schema_.count(), false);
}

void Editor::take(const Edited& edited, const std::string& words, const std::string& gesture) {
    if (edited.changed.empty()) {
        return;
    }
    if (!gesture.empty() && gesture == gesture_ && !undo_.empty()) {
        undo_.back().words = words;  // one movement of the hand goes on
    } else {
        undo_.push_back({character_, home_, words});
        if (undo_.size() > kSteps) {
            undo_.erase(undo_.begin());
        }
    }
    gesture_ = gesture;
    redo_.clear();
    character_ = edited.character;
}

std::string Editor::go(std::vector<Step>& back, std::vector<Step>& forth) {
    gesture_.clear();
    if (back.empty()) {
        return "";
    }
    Step step = std::move(back.back());
    back.pop_back();
    forth.push_back({character_, home_, step.words});
    character_ = std::move(step.character);
    home_ = std::move(step.home);
    return step.words;
}

std::string Editor::label_of(const std::string& target) const {
    const std::optional<std::size_t> position = schema_.find(target);
    return position ? schema_.label(*position) : target;
}

}  // namespace facebridge
