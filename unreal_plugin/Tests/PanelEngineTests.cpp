// The panel and the engine around it: live apply, the engine's own undo, the log, and dialogs for files.

#include "FaceBridgeCore/Files.h"
#include "FaceBridgeCore/KeyFile.h"
#include "JoinedPanel.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

using namespace facebridge;

namespace {

// A folder that is gone after the test.
struct Folder {
    Folder() : path(std::filesystem::temp_directory_path() / ("facebridge-panel-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(path);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string file(const std::string& name) const { return (path / name).string(); }

    std::filesystem::path path;
};

void write(const std::string& path, const std::string& text, bool private_file = false) {
    std::string problem;
    REQUIRE_MESSAGE(write_file(path, bytes_of(text), problem), problem);
    std::filesystem::permissions(path, private_file ? std::filesystem::perms::owner_read
                                                    : std::filesystem::perms(0644));
}

}  // namespace

TEST_CASE("every change reaches the engine with its step's words, and nothing else does") {
    JoinedPanel panel;
    CHECK(panel.engine.steps.empty());  // joining changes nothing
    panel.import();
    REQUIRE(panel.model.set("nose.width", 1.0, "drag", panel.problem));
    REQUIRE(panel.model.set("nose.width", 1.25, "drag", panel.problem));
    REQUIRE(panel.model.set("nose.width", 1.25, "drag", panel.problem));  // the same again
    REQUIRE(panel.model.set_lock("nose", true, panel.problem));
    REQUIRE(panel.model.undo(panel.problem));
    REQUIRE(panel.model.redo(panel.problem));
    REQUIRE(panel.model.reset("eyes", true, panel.problem));
    REQUIRE(panel.model.refine(5, panel.problem));
    panel.service.send(FakeService::answer_to(panel.service.receive<Refine>()));
    panel.idle();
    const std::vector<std::string> steps = {"imported ada.jpg", "Nose width +1.00",      "Nose width +1.25",
                                            "undo Nose width +1.25", "redo Nose width +1.25", "reset eyes",
                                            "refined in 0 steps"};
    CHECK(panel.engine.steps == steps);
    CHECK(panel.engine.characters.back() == panel.model.editor()->character());
}

TEST_CASE("what the engine refuses to put on is said") {
    JoinedPanel panel;
    panel.engine.refuses = "Nothing is selected.";
    CHECK_FALSE(panel.model.set("nose.width", 1.0, "", panel.problem));
    CHECK(panel.model.view().message == "Nothing is selected.");
    panel.engine.refuses.clear();
    REQUIRE(panel.model.set("nose.width", 0.5, "", panel.problem));
    CHECK(panel.model.view().message.empty());
}

TEST_CASE("the engine's own undo is adopted without a step and without coming back") {
    JoinedPanel panel;
    panel.import();
    const Character imported = panel.model.editor()->character();
    REQUIRE(panel.model.set("nose.width", 1.0, "", panel.problem));
    const std::size_t count = panel.engine.steps.size();
    REQUIRE(panel.model.adopt(imported, panel.problem));
    CHECK(panel.value(2) == 0.25);
    CHECK(panel.model.view().redo == "Nose width +1.00");
    CHECK(panel.model.view().undo == "imported ada.jpg");
    Character other = imported;
    other.parameters[2] = -1.0f;
    REQUIRE(panel.model.adopt(other, panel.problem));
    CHECK(panel.value(2) == -1.0);
    CHECK_FALSE(panel.model.view().may.undo);
    CHECK_FALSE(panel.model.view().may.redo);
    CHECK(panel.engine.steps.size() == count);
    other.parameters[2] = 7;
    CHECK_FALSE(panel.model.adopt(other, panel.problem));
    CHECK(panel.problem.find("'nose.width' is 7") != std::string::npos);
}

TEST_CASE("after the engine undid an import, reset returns to where the character was before it") {
    JoinedPanel panel;
    panel.import();
    REQUIRE(panel.model.adopt(neutral_character(tiny_schema()), panel.problem));
    REQUIRE(panel.model.set("eye.left.size", 1.0, "", panel.problem));
    REQUIRE(panel.model.reset("*", false, panel.problem));
    CHECK(panel.value(0) == 0.0);
}

TEST_CASE("states and refusals are logged once each") {
    JoinedPanel panel;
    for (int turn = 0; turn < 3; ++turn) {
        CHECK_FALSE(panel.model.update());  // nothing came: the view need not be drawn anew
    }
    CHECK_FALSE(panel.model.vary(99, panel.problem));
    panel.service.send(Bye{"restarting"});
    panel.until([&] { return panel.model.view().state == SessionState::Offline; });
    const auto count = [&](LogLevel level, const std::string& words) {
        return std::count_if(panel.engine.lines.begin(), panel.engine.lines.end(), [&](const auto& line) {
            return line.first == level && line.second.find(words) != std::string::npos;
        });
    };
    CHECK(count(LogLevel::Note, "Connecting to ") == 1);
    CHECK(count(LogLevel::Note, "Ready.") == 1);
    CHECK(count(LogLevel::Warning, "import a photo first") == 1);
    CHECK(count(LogLevel::Warning, "restarting") == 1);
    CHECK(panel.engine.lines.size() == 4);
}

TEST_CASE("photos and presets are opened and saved by the engine's dialogs") {
    const Folder folder;
    JoinedPanel panel;
    write(folder.file("zoë.jpg"), "a photo");
    REQUIRE(panel.model.import_by_dialog(panel.problem));  // closed without a choice
    CHECK_FALSE(panel.model.busy());
    CHECK(panel.engine.asked.several);
    CHECK(std::count(panel.engine.asked.endings.begin(), panel.engine.asked.endings.end(), "png") == 1);
    panel.engine.paths = {folder.file("zoë.jpg")};
    REQUIRE(panel.model.import_by_dialog(panel.problem));
    panel.until([&] { return panel.model.view().state == SessionState::Importing; });
    panel.service.send(JoinedPanel::answer_to(panel.service.receive<Import>()));
    panel.idle();
    CHECK(panel.model.view().name == "zoë");
    panel.engine.paths = {folder.file("out.json")};
    panel.model.rename("a/b");
    REQUIRE(panel.model.save_by_dialog(panel.problem));
    CHECK(panel.engine.asked.saving);
    CHECK(panel.engine.asked.proposed == "a-b.json");
    CHECK(panel.model.view().message == "Saved out.json.");
    Bytes file;
    REQUIRE(read_file(folder.file("out.json"), 1 << 20, file, panel.problem));
    CHECK(std::string(file.begin(), file.end()).find("\"photo\": \"zoë.jpg\"") != std::string::npos);
    REQUIRE(panel.model.reset("*", true, panel.problem));
    REQUIRE(panel.model.load_by_dialog(panel.problem));
    CHECK(panel.value(0) == 0.5);
    CHECK(panel.model.view().message == "Opened out.json.");
}

TEST_CASE("files that are missing, empty or too large are refused in words") {
    const Folder folder;
    JoinedPanel panel;
    write(folder.file("empty.jpg"), "");
    const auto said = [&](const std::string& name) {
        REQUIRE(panel.model.import_files({folder.file(name)}, panel.problem));
        CHECK(panel.model.busy());
        CHECK(panel.model.view().status == "Reading " + name + " ...");
        panel.idle();
        CHECK(panel.model.view().failed);
        return panel.model.view().message;
    };
    CHECK(said("gone.jpg").find("Cannot read ") == 0);
    CHECK(said("empty.jpg").find("empty.jpg is empty") == 0);
    REQUIRE(panel.model.import_files({folder.file("empty.jpg")}, panel.problem));
    panel.model.cancel();
    CHECK_FALSE(panel.model.busy());
    CHECK(panel.model.view().message == "Cancelled.");
    CHECK_FALSE(panel.model.import_files(std::vector<std::string>(17, "a.jpg"), panel.problem));
    CHECK_FALSE(panel.model.save_file(folder.file("none/out.json"), panel.problem));
    CHECK(panel.problem.find("Cannot write ") == 0);
    Bytes bytes;
    write(folder.file("four"), "1234");
    CHECK_FALSE(read_file(folder.file("four"), 3, bytes, panel.problem));
    CHECK(panel.problem.find("has 4 bytes, at most 3 are read") != std::string::npos);
    CHECK(file_name("/a/b.jpg") == "b.jpg");
}

TEST_CASE("a client's key file is read, and any other is refused in words") {
    const Folder folder;
    const std::string key(40, 'k');
    const std::string path = folder.file("client.json");
    const auto said = [&](const std::string& text, bool private_file = true) {
        std::filesystem::remove(path);
        write(path, text, private_file);
        CurveKeys keys;
        std::string problem;
        return read_keys(path, keys, problem) ? keys.server + keys.public_key + keys.secret_key : problem;
    };
    const auto keys = [&](const std::string& role, const std::string& server) {
        return R"({"format": "facebridge-keys", "version": 1, "role": ")" + role + R"(", "public": ")" + key +
               R"(", "secret": ")" + key + R"(", "server": ")" + server + "\"}";
    };
    CHECK(said(keys("client", key)) == key + key + key);
    CHECK(said(keys("client", key), false).find("chmod 600") != std::string::npos);
    CHECK(said(keys("server", key)).find("holds 'server' keys") != std::string::npos);
    CHECK(said(keys("client", "short")).find("under 'server'") != std::string::npos);
    CHECK(said(keys("client", std::string(40, '~'))).find("under 'server'") != std::string::npos);
    CHECK(said("[1]").find("is not a key file") != std::string::npos);
    CHECK(said("{").find("is not a key file") != std::string::npos);
}
