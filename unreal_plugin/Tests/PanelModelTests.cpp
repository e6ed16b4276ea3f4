// What the panel shows and may do: offline, while reading a photo, with its findings, while refining, after a failure.

#include "JoinedPanel.h"

#include <string>

using namespace facebridge;

TEST_CASE("a panel without a service says so and lets presets be edited once a character is known") {
    PanelModel model;
    std::string problem;
    PanelView view = model.view();
    CHECK(view.status.rfind("Offline.", 0) == 0);
    CHECK(view.photo_words.find("Photos cannot be read: Offline.") == 0);
    CHECK(view.empty.find("connect to a service") != std::string::npos);
    CHECK(view.may.connect);
    CHECK_FALSE(view.may.import_photo);
    CHECK_FALSE(view.may.edit);
    CHECK_FALSE(view.may.save);
    CHECK_FALSE(model.set("nose.width", 1.0, "", problem));
    CHECK_FALSE(model.import_photo({kPhoto}, {"ada.jpg"}, problem));
    CHECK(model.view().failed);
    model.open_character(tiny_schema());
    REQUIRE(model.set("nose.width", 1.0, "", problem));
    CHECK(model.view().message.empty());
    REQUIRE(model.set_lock("eyes", true, problem));
    view = model.view();
    REQUIRE(view.groups.size() == 4);
    CHECK(view.groups[0].name == "style");
    CHECK(view.groups[0].rows[0].option == 1);
    CHECK(view.groups[1].locked);
    CHECK(view.groups[2].rows[0].value == doctest::Approx(1.0));
    CHECK(view.groups[2].rows[0].changed);
    CHECK_FALSE(view.groups[3].rows[0].changed);
    CHECK(view.undo == "Nose width +1.00");
    CHECK(view.may.undo);
    CHECK_FALSE(view.may.redo);
    model.search = "hair";
    CHECK(model.view().groups.size() == 1);
    model.search = "zzz";
    CHECK(model.view().empty == "Nothing is called \"zzz\". Try a part of the face, such as nose.");
}

TEST_CASE("the choices are locked and reset together as style") {
    PanelModel model;
    std::string problem;
    model.open_character(tiny_schema());
    REQUIRE(model.set("hair.style", "short", "", problem));
    REQUIRE(model.set_lock("style", true, problem));
    CHECK(model.view().groups[0].locked);
    CHECK_FALSE(model.set("hair.style", "long", "", problem));
    CHECK(model.view().failed);
    REQUIRE(model.set_lock("style", false, problem));
    REQUIRE(model.reset("style", true, problem));
    CHECK(model.view().groups[0].rows[0].option == 1);
}

TEST_CASE("an import is shown with its findings, faces, archetypes and confidence, and is one step") {
    JoinedPanel panel;
    CHECK(panel.model.view().status.find("Drop a photo") != std::string::npos);
    CHECK(panel.model.view().photo_words == "Drop a photo here, or choose a file.");
    CHECK_FALSE(panel.model.view().may.refine);
    panel.import();
    const PanelView view = panel.model.view();
    CHECK(view.message == "Imported ada.jpg in 42 ms.");
    CHECK(view.photo_words.empty());
    CHECK(view.name == "ada");
    REQUIRE(view.findings.size() == 3);
    CHECK(view.findings[0].severity == "serious");
    CHECK(view.findings[1].severity == "warning");
    CHECK(view.findings[2].severity == "note");
    REQUIRE(view.faces.size() == 2);
    CHECK(view.faces[0].chosen);
    CHECK(view.faces[1].box[0] == 20.0f);
    CHECK(view.faces[1].thumbnail->shape == std::vector<std::uint32_t>{64, 64, 3});
    CHECK(view.faces[1].thumbnail->values.front() == 2);
    CHECK(view.archetypes.size() == 2);
    CHECK_FALSE(view.archetypes[0].chosen);
    CHECK(view.groups[1].rows[1].confidence == 0.5f);
    CHECK(view.preview->values == Bytes{1, 2, 3});
    CHECK(view.aligned->values == Bytes{7, 8, 9});
    CHECK(view.may.refine);
    CHECK(view.may.choose_face);
    CHECK(view.undo == "imported ada.jpg");
    REQUIRE(panel.model.undo(panel.problem));
    CHECK(panel.value(0) == 0.0);
}

TEST_CASE("a refine is shown step by step, blocks edits, and is one step in the end") {
    JoinedPanel panel;
    panel.import();
    REQUIRE_MESSAGE(panel.model.refine(20, panel.problem), panel.problem);
    CHECK(panel.model.view().status == "Searching for a closer likeness ...");
    CHECK_FALSE(panel.model.set("nose.width", 1.0, "", panel.problem));
    CHECK(panel.problem.find("being refined") != std::string::npos);
    const Refine request = panel.service.receive<Refine>();
    Progress progress = FakeService::progress_of(request);
    progress.preview = ByteArray{{1, 1, 3}, {5, 5, 5}};
    panel.service.send(progress);
    panel.until([&] { return panel.model.view().progress->step == 5; });
    CHECK(panel.model.view().status == "Searching: step 5 of 20, 50% closer ...");
    CHECK(panel.model.view().preview->values == Bytes{5, 5, 5});
    panel.service.send(FakeService::answer_to(request));
    panel.until([&] { return panel.model.update(); });
    CHECK_FALSE(panel.model.busy());
    CHECK(panel.model.view().message == "Refined: 75% closer, judged by the imitator.");
    CHECK(panel.value(0) == 1.0);
    CHECK(panel.model.view().undo.rfind("refined in ", 0) == 0);
}

TEST_CASE("a cancelled refine keeps the best so far, one that found nothing the character") {
    JoinedPanel panel;
    panel.import();
    REQUIRE(panel.model.refine(20, panel.problem));
    panel.service.send(FakeService::progress_of(panel.service.receive<Refine>()));
    panel.until([&] { return panel.model.view().progress->step == 5; });
    panel.model.cancel();
    CHECK(panel.model.view().message == "Refined, stopped at step 5.");
    CHECK_FALSE(panel.model.view().failed);
    CHECK(panel.value(0) == 0.75);
    REQUIRE(panel.model.refine(20, panel.problem));
    Refined answer = FakeService::answer_to(panel.service.receive<Refine>());
    answer.kept = false;
    panel.service.send(answer);
    panel.idle();
    CHECK(panel.model.view().message.find("Nothing closer") != std::string::npos);
    CHECK(panel.value(0) == 0.75);
    REQUIRE(panel.model.refine(20, panel.problem));
    panel.model.cancel();
    CHECK(panel.model.view().message == "The search was stopped; nothing closer was found yet.");
    CHECK(panel.value(0) == 0.75);
}

TEST_CASE("a photo's failure is said and changes nothing, and a loss keeps the character") {
    JoinedPanel panel;
    panel.import();
    REQUIRE(panel.model.set("nose.width", 1.0, "", panel.problem));
    REQUIRE(panel.model.import_photo({bytes_of("another")}, {"bob.jpg"}, panel.problem));
    CHECK(panel.model.view().photo == "bob.jpg");
    panel.service.send(Error{panel.service.receive<Import>().request_id, "input", "No face was found."});
    panel.idle();
    CHECK(panel.model.view().failed);
    CHECK(panel.model.view().message == "bob.jpg: No face was found.");
    CHECK(panel.model.view().photo == "ada.jpg");
    CHECK(panel.model.view().aligned->values == Bytes{7, 8, 9});
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
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
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
    model.rename("Ada");
    Bytes file;
    REQUIRE(model.save(file, problem));
    std::string text(file.begin(), file.end());
    text.insert(text.rfind("\n}"), ",\n  \"photo\": 3");
    REQUIRE(model.set_lock("nose", false, problem));
    REQUIRE(model.reset("*", true, problem));
    model.rename("");
    REQUIRE_MESSAGE(model.load(bytes_of(text), "ada.json", problem), problem);
    CHECK(model.view().groups[2].locked);
    CHECK(model.view().undo == "opened ada.json");
    CHECK(model.view().name == "Ada");
    REQUIRE(model.save(file, problem));
    CHECK(std::string(file.begin(), file.end()) == text);
    CHECK_FALSE(model.load(bytes_of("{}"), "bad.json", problem));
    CHECK(model.view().message.rfind("bad.json", 0) == 0);
}
