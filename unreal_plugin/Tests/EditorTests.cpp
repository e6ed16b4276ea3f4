// Edits obey locks, ranges and the mirror link; undo takes back gestures; differences and searches come in order.

#include "FaceBridgeCore/Diff.h"
#include "FaceBridgeCore/Editor.h"
#include "Schemas.h"

#include <cmath>
#include <string>
#include <vector>

using namespace facebridge;
using Positions = std::vector<std::size_t>;

namespace {

// Edits that must succeed, and what is said of those that must not.
class Hand {
public:
    Editor editor{tiny_schema()};

    Edited set(const std::string& name, const std::variant<double, std::string>& value,
               const std::string& gesture = "") {
        Edited edited;
        std::string problem;
        REQUIRE_MESSAGE(editor.set(name, value, gesture, edited, problem), problem);
        return edited;
    }

    std::string refused(const Edit& edit) {
        Edited edited;
        std::string problem;
        const Character before = editor.character();
        CHECK_FALSE(editor.edit(edit, "", false, edited, problem));
        CHECK(editor.character() == before);
        return problem;
    }

    float value(std::size_t position) const { return editor.character().parameters[position]; }
};

bool says(const std::string& problem, const std::string& words) { return problem.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("a drag is one step, letting go begins another, and undo and redo name them") {
    Hand hand;
    hand.set("nose.width", 0.2, "drag");
    hand.set("nose.width", 0.3, "drag");
    hand.set("nose.width", 9.0, "drag");
    CHECK(hand.value(2) == 1.3f);
    CHECK(hand.editor.undoable() == "Nose width +9.00");
    hand.editor.end_gesture();
    hand.set("nose.width", 0.5, "drag");
    CHECK(hand.editor.undo() == "Nose width +0.50");
    CHECK(hand.value(2) == 1.3f);
    CHECK(hand.editor.undo() == "Nose width +9.00");
    CHECK(hand.value(2) == 0.1f);
    CHECK(hand.editor.undo().empty());
    CHECK(hand.editor.redo() == "Nose width +9.00");
    CHECK(hand.editor.redoable() == "Nose width +0.50");
    hand.set("hair.style", std::string("short"));
    CHECK(hand.editor.redoable().empty());
    CHECK(hand.editor.character().choices[0] == 0);
}

TEST_CASE("what changes nothing is no step") {
    Hand hand;
    hand.set("nose.width", std::string("default"));
    hand.set("hair.style", std::string("default"));
    CHECK(hand.editor.undoable().empty());
}

TEST_CASE("undo keeps the last five hundred steps") {
    Hand hand;
    for (int step = 0; step < 510; ++step) {
        hand.set("nose.width", step % 2 == 0 ? 1.0 : 0.5);
    }
    int taken = 0;
    while (!hand.editor.undo().empty()) {
        ++taken;
    }
    CHECK(taken == 500);
}

TEST_CASE("a partner follows under the mirror link, but not when it is locked") {
    Hand hand;
    std::string problem;
    hand.editor.mirror = true;
    CHECK(hand.set("eye.left.size", 0.5).changed == Positions{0, 1});
    CHECK(hand.value(1) == 0.5f);
    REQUIRE(hand.editor.lock("eye.right.size", problem));
    CHECK(hand.set("eye.left.size", 0.25).changed == Positions{0});
    CHECK(hand.value(1) == 0.5f);
}

TEST_CASE("locks hold names and groups, and are passed over among many") {
    Hand hand;
    std::string problem;
    REQUIRE(hand.editor.lock("EYES", problem));
    CHECK(says(hand.refused({"eye.left.size", Operation::Set, 0.5}), "'eye.left.size' is locked; unlock it first"));
    CHECK(says(hand.refused({"eye*", Operation::Add, 0.5}), "All 2 of 'eye*' are locked"));
    REQUIRE(hand.editor.unlock("eye.left.size", problem));
    CHECK_FALSE(hand.editor.lock("ears", problem));
    Edited edited;
    REQUIRE(hand.editor.edit({"*e*.[ls]*", Operation::Add, 0.5}, "", false, edited, problem));
    CHECK(edited.changed == Positions{0});
    REQUIRE(hand.editor.edit({"eyes.*", Operation::Subtract, 0.25}, "", false, edited, problem));
    CHECK(edited.changed == Positions{0});
    CHECK(edited.skipped == Positions{1});
    CHECK(hand.value(0) == 0.25f);
}

TEST_CASE("values, options and targets that do not suit are refused with the nearest name") {
    Hand hand;
    CHECK(says(hand.refused({"nose.widht", Operation::Set, 0.5}), "did you mean 'nose.width'"));
    CHECK(says(hand.refused({"gloss", Operation::Set, 0.5}), "did you mean 'skin.gloss'"));
    CHECK(says(hand.refused({"nose.width", Operation::Set, 1.5}), "would be 1.5, expected a number from -1.3 to 1.3"));
    CHECK(says(hand.refused({"nose.width", Operation::Set, std::string("wide")}), "'wide', expected a number"));
    CHECK(says(hand.refused({"hair.style", Operation::Set, std::string("log")}), "did you mean 'long'"));
    CHECK(says(hand.refused({"hair.style", Operation::Add, 1.0}), "is a choice"));
    CHECK(says(hand.refused({"nose.width", Operation::Set, std::nan("")}), "would be"));
}

TEST_CASE("reset returns to what was loaded, and undo of a load also brings the old home back") {
    Hand hand;
    std::string problem;
    Edited edited;
    hand.set("skin.gloss", 3.0);
    REQUIRE(hand.editor.lock("skin", problem));
    Character loaded = neutral_character(hand.editor.schema());
    loaded.parameters = {0.5f, 0.5f, 0.5f, 0.5f};
    REQUIRE(hand.editor.load(loaded, "import", true, edited, problem));
    CHECK(hand.value(3) == 3.0f);
    hand.set("nose.width", -1.0);
    REQUIRE(hand.editor.reset("nose", false, edited, problem));
    CHECK(hand.value(2) == 0.5f);
    REQUIRE(hand.editor.reset("*", true, edited, problem));
    CHECK(hand.value(2) == 0.1f);
    CHECK(hand.value(3) == 3.0f);
    CHECK(hand.editor.undo() == "reset everything");
    CHECK(hand.editor.undo() == "reset nose");
    CHECK(hand.editor.undo() == "Nose width -1.00");
    CHECK(hand.editor.undo() == "import");
    CHECK(hand.editor.home() == neutral_character(hand.editor.schema()));
    loaded.parameters[0] = 7;
    CHECK_FALSE(hand.editor.load(loaded, "bad", true, edited, problem));
    CHECK(says(problem, "'eye.left.size' is 7"));
}

TEST_CASE("differences come largest first") {
    const Schema schema = tiny_schema();
    const Character before = neutral_character(schema);
    Character after = before;
    after.parameters = {5e-6f, 0.5f, -1.0f, 1.0f};
    after.choices = {0};
    const Diff found = diff(schema, before, after);
    REQUIRE(found.parameters.size() == 2);
    CHECK(found.parameters[0].position == 2);
    CHECK(found.parameters[0].share == doctest::Approx(-1.1 / 2.6));
    CHECK(found.parameters[1].position == 1);
    REQUIRE(found.choices.size() == 1);
    CHECK(found.choices[0].before == "long");
    CHECK(found.choices[0].after == "short");
    CHECK(diff(schema, before, before).parameters.empty());
}

TEST_CASE("a search needs every word and prefers names and labels") {
    const Schema schema = tiny_schema();
    CHECK(search(schema, "NOSE wid") == Positions{2});
    CHECK(search(schema, "nose") == Positions{2, 3});  // the gloss only by its description
    CHECK(search(schema, "size right") == Positions{1});
    CHECK(search(schema, "short") == Positions{4});
    CHECK(search(schema, "eye.l") == Positions{0});
    CHECK(search(schema, "Gläse") == Positions{3});
    CHECK(search(schema, "zzz").empty());
    CHECK(search(schema, "  ").size() == 5);
}

TEST_CASE("values that came about elsewhere are adopted: as our own undo or redo where they are its") {
    Editor editor(tiny_schema());
    Edited edited;
    std::string problem;
    const Character neutral = editor.character();
    REQUIRE(editor.set("nose.width", 1.0, "", edited, problem));
    const Character wide = editor.character();
    editor.adopt(neutral);
    CHECK(editor.character() == neutral);
    CHECK(editor.redoable() == "Nose width +1.00");
    editor.adopt(wide);
    CHECK(editor.undoable() == "Nose width +1.00");
    editor.adopt(wide);
    CHECK(editor.undoable() == "Nose width +1.00");
    Character other = wide;
    other.choices[0] = 0;
    editor.adopt(other);
    CHECK(editor.character() == other);
    CHECK(editor.undoable().empty());
}
