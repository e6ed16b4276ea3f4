// What the panel shows and may do: offline, while reading a photo, with its findings, while refining, after a failure.

#include "FaceBridgeCore/PanelModel.h"
#include "FakeService.h"

#include <functional>
#include <string>

using namespace facebridge;
using std::chrono::milliseconds;

namespace {

const Bytes kPhoto = bytes_of("a photo");

// A panel joined to a service of the test.
struct Panel {
    Panel() {
        REQUIRE_MESSAGE(model.connect(session_options(service.address), problem), problem);
        CHECK(model.view().status.rfind("Connecting to tcp://", 0) == 0);
        service.greet();
        until([&] { return model.view().state == SessionState::Ready; });
    }

    void until(const std::function<bool()>& done) {
        const auto due = std::chrono::steady_clock::now() + milliseconds(10'000);
        while (!done()) {
            REQUIRE(std::chrono::steady_clock::now() < due);
            model.update();
            std::this_thread::sleep_for(milliseconds(1));
        }
    }

    void idle() {
        until([&] { return !model.busy(); });
    }

    Import ask() {
        REQUIRE_MESSAGE(model.import_photo(kPhoto, "ada.jpg", problem), problem);
        return service.receive<Import>();
    }

    void import() {
        Imported answer = FakeService::answer_to(ask());
        answer.faces = 2;
        answer.boxes = FloatArray{{2, 4}, {0, 0, 9, 9, 20, 0, 25, 5}};
        answer.warnings = {"Two faces.", "Odd."};
        answer.codes = {"several-faces", "new-code"};
        answer.severities = {"warning", "odd"};
        answer.groups = {{"men", 0.75}, {"women", 0.25}};
        answer.confidence = FloatArray{{4}, {0, 0.5f, 1, 1}};
        answer.preview = ByteArray{{1, 1, 3}, {1, 2, 3}};
        service.send(answer);
        idle();
    }

    double value(std::size_t position) const {
        return static_cast<double>(model.editor()->character().parameters[position]);
    }

    FakeService service;
    PanelModel model;
    std::string problem;
};

}  // namespace

TEST_CASE("a panel without a service says so and lets presets be edited once a character is known") {
    PanelModel model;
    std::string problem;
    PanelView view = model.view();
    CHECK(view.status.rfind("Offline.", 0) == 0);
    CHECK(view.empty.find("connect to a service") != std::string::npos);
    CHECK(view.may.connect);
    CHECK_FALSE(view.may.import_photo);
    CHECK_FALSE(view.may.edit);
    CHECK_FALSE(view.may.save);
    CHECK_FALSE(model.set("nose.width", 1.0, "", problem));
    CHECK_FALSE(model.import_photo(kPhoto, "ada.jpg", problem));
    CHECK(model.view().failed);
    model.open_character(tiny_schema());
    REQUIRE(model.set("nose.width", 1.0, "", problem));
    REQUIRE(model.set_lock("eyes", true, problem));
    view = model.view();
    CHECK(view.groups.size() == 4);
    CHECK(view.groups[0].locked);
    CHECK(view.groups[1].rows[0].value == doctest::Approx(1.0));
    CHECK(view.groups[3].rows[0].option == 1);
    CHECK(view.undo == "Nose width +1.00");
    CHECK(view.may.undo);
    CHECK_FALSE(view.may.redo);
    model.search = "hair";
    CHECK(model.view().groups.size() == 1);
    model.search = "zzz";
    CHECK(model.view().empty == "Nothing is called 'zzz'.");
}

TEST_CASE("an import is shown with its findings, faces, archetypes and confidence, and is one step") {
    Panel panel;
    CHECK(panel.model.view().status.find("Drop a photo") != std::string::npos);
    CHECK_FALSE(panel.model.view().may.refine);
    panel.import();
    const PanelView view = panel.model.view();
    CHECK(view.message == "Imported ada.jpg.");
    REQUIRE(view.findings.size() == 2);
    CHECK(view.findings[0].severity == "warning");
    CHECK(view.findings[1].severity == "note");
    REQUIRE(view.faces.size() == 2);
    CHECK(view.faces[0].chosen);
    CHECK(view.faces[1].box[0] == 20.0f);
    CHECK(view.archetypes.size() == 2);
    CHECK(view.groups[0].rows[1].confidence == 0.5f);
    CHECK(view.preview->values == Bytes{1, 2, 3});
    CHECK(view.may.refine);
    CHECK(view.may.choose_face);
    CHECK(view.undo == "import ada.jpg");
    REQUIRE(panel.model.undo(panel.problem));
    CHECK(panel.value(0) == 0.0);
}

TEST_CASE("choosing a face or an archetype asks again, and locked values stay") {
    Panel panel;
    panel.import();
    CHECK_FALSE(panel.model.choose_face(2, panel.problem));
    REQUIRE(panel.model.set_lock("nose", true, panel.problem));
    REQUIRE(panel.model.choose_face(1, panel.problem));
    CHECK(panel.model.view().status == "Reading ada.jpg ...");
    CHECK(panel.model.view().may.cancel);
    const Import request = panel.service.receive<Import>();
    CHECK(request.face == 1);
    CHECK(request.locked.size() == 1);
    Imported answer = FakeService::answer_to(request);
    answer.parameters.values[2] = -1.0f;
    answer.face = 1;
    panel.service.send(answer);
    panel.idle();
    CHECK(panel.value(2) == 0.25);
    REQUIRE_FALSE(panel.model.choose_archetype("men", panel.problem));  // this answer names none
}

TEST_CASE("a refine is shown step by step, blocks edits, and is one step in the end") {
    Panel panel;
    panel.import();
    REQUIRE_MESSAGE(panel.model.refine(20, panel.problem), panel.problem);
    CHECK(panel.model.view().status == "Refining ...");
    CHECK_FALSE(panel.model.set("nose.width", 1.0, "", panel.problem));
    CHECK(panel.problem.find("being refined") != std::string::npos);
    const Refine request = panel.service.receive<Refine>();
    panel.service.send(FakeService::progress_of(request));
    panel.until([&] { return panel.model.view().progress->step == 5; });
    CHECK(panel.model.view().status == "Refining: step 5 of 20, distance 1, at first 2.");
    panel.service.send(FakeService::answer_to(request));
    panel.idle();
    CHECK(panel.model.view().message == "Refined: the distance to the photo went from 2 to 0.5.");
    CHECK(panel.value(0) == 1.0);
    CHECK(panel.model.view().undo == "refine");
}

TEST_CASE("a cancelled refine keeps the best so far, one that found nothing the character") {
    Panel panel;
    panel.import();
    REQUIRE(panel.model.refine(20, panel.problem));
    panel.service.send(FakeService::progress_of(panel.service.receive<Refine>()));
    panel.until([&] { return panel.model.view().progress->step == 5; });
    panel.model.cancel();
    CHECK(panel.model.view().message == "Cancelled; the best so far is kept.");
    CHECK_FALSE(panel.model.view().failed);
    CHECK(panel.value(0) == 0.75);
    REQUIRE(panel.model.refine(20, panel.problem));
    Refined answer = FakeService::answer_to(panel.service.receive<Refine>());
    answer.kept = false;
    panel.service.send(answer);
    panel.idle();
    CHECK(panel.model.view().message.find("Nothing nearer") != std::string::npos);
    CHECK(panel.value(0) == 0.75);
}

TEST_CASE("a photo's failure is said and changes nothing, and a loss keeps the character") {
    Panel panel;
    REQUIRE(panel.model.set("nose.width", 1.0, "", panel.problem));
    panel.service.send(Error{panel.ask().request_id, "input", "No face was found."});
    panel.idle();
    CHECK(panel.model.view().failed);
    CHECK(panel.model.view().message == "No face was found.");
    CHECK(panel.value(2) == 1.0);
    panel.service.send(Bye{"restarting"});
    panel.until([&] { return panel.model.view().state == SessionState::Offline; });
    CHECK(panel.model.view().status.find("restarting") != std::string::npos);
    CHECK(panel.model.view().may.edit);
    CHECK(panel.value(2) == 1.0);
    panel.model.disconnect();
    CHECK(panel.model.view().may.connect);
}

TEST_CASE("a refusing service's words are the status") {
    FakeService service;
    PanelModel model;
    std::string problem;
    REQUIRE(model.connect(session_options(service.address), problem));
    service.receive<Hello>();
    service.send(Reject{"limits", "too many clients"});
    for (int turn = 0; turn < 5'000 && model.view().state != SessionState::Refused; ++turn) {
        model.update();
        std::this_thread::sleep_for(milliseconds(1));
    }
    CHECK(model.view().status == "The service refused: too many clients");
    CHECK(model.view().may.connect);
    CHECK_FALSE(model.view().may.import_photo);
}

TEST_CASE("a preset goes out and comes back with its locks, and keeps what it does not know") {
    PanelModel model;
    std::string problem;
    model.open_character(tiny_schema());
    REQUIRE(model.set("nose.width", -1.0, "", problem));
    REQUIRE(model.set_lock("nose", true, problem));
    Bytes file;
    REQUIRE(model.save("Ada", file, problem));
    std::string text(file.begin(), file.end());
    text.insert(text.rfind("\n}"), ",\n  \"photo\": 3");
    REQUIRE(model.set_lock("nose", false, problem));
    REQUIRE(model.reset("*", true, problem));
    REQUIRE_MESSAGE(model.load(bytes_of(text), "ada.json", problem), problem);
    CHECK(model.view().groups[1].locked);
    CHECK(model.view().undo == "load Ada");
    REQUIRE(model.save("Ada", file, problem));
    CHECK(std::string(file.begin(), file.end()) == text);
    CHECK_FALSE(model.load(bytes_of("{}"), "bad.json", problem));
    CHECK(model.view().message.rfind("bad.json", 0) == 0);
}
