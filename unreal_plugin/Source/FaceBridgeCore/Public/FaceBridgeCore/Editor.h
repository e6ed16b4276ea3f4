// One character under an artist's hands: locks, mirror link, reset, undo and redo; no panel, no engine.

#pragma once

#include "FaceBridgeCore/Character.h"
#include "FaceBridgeCore/Export.h"

#include <cstddef>
#include <string>
#include <vector>

namespace facebridge {

// Edits one character of a schema; for one thread at a time. A gesture is any text that names one movement of a hand,
// such as the drag of a slider: edits of the same gesture that follow each other are one undo step. Locks and the
// mirror link are settings, which undo leaves as they are. What returns false changed nothing and says why.
class FACEBRIDGECORE_API Editor {
public:
    explicit Editor(Schema schema);

    const Schema& schema() const { return schema_; }
    const Character& character() const { return character_; }
    const Character& home() const { return home_; }  // what `reset` returns to: neutral, or the last loaded or imported
    const Locks& locked() const { return locked_; }

    bool mirror = false;  // whether a parameter's partner follows it

    bool edit(const Edit& edit, const std::string& gesture, bool clamp, Edited& edited, std::string& problem);

    // Give a parameter a number, clamped to its range, or a choice an option.
    bool set(const std::string& name, const std::variant<double, std::string>& value, const std::string& gesture,
             Edited& edited, std::string& problem);

    // Back to `home`, or to the schema's neutral values; what is locked stays.
    bool reset(const std::string& target, bool to_neutral, Edited& edited, std::string& problem);

    // Take over a whole character as one step; `reset` then returns to it. Locked values stay if told to.
    bool load(const Character& character, const std::string& words, bool keep_locked, Edited& edited,
              std::string& problem);

    // Take over values that came about elsewhere, such as by an engine's own undo; they must suit the schema. Where
    // they are those that our undo or redo leads to, that step is taken; else there is nothing to undo any more.
    void adopt(const Character& character);

    void end_gesture() { gesture_.clear(); }

    // What was taken back or done again, in words; "" when there was nothing.
    std::string undo() { return go(undo_, redo_); }
    std::string redo() { return go(redo_, undo_); }
    std::string undoable() const { return undo_.empty() ? "" : undo_.back().words; }
    std::string redoable() const { return redo_.empty() ? "" : redo_.back().words; }

    bool lock(const std::string& target, std::string& problem);
    bool unlock(const std::string& target, std::string& problem);
    void replace_locks(const Locks& locked);

private:
    struct Step {
        Character character;
        Character home;
        std::string words;
    };

    void take(const Edited& edited, const std::string& words, const std::string& gesture);
    std::string go(std::vector<Step>& back, std::vector<Step>& forth);
    std::string label_of(const std::string& target) const;
    Rules rules(bool clamp) const { return {locked_, mirror, clamp}; }

    Schema schema_;
    Character character_;
    Character home_;
    Locks locked_;
    std::vector<Step> undo_;
    std::vector<Step> redo_;
    std::string gesture_;
};

}  // namespace facebridge
