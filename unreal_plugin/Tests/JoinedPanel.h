// A panel joined to a service that the test drives, and an engine around it that remembers what it was given.

#pragma once

#include "FaceBridgeCore/PanelModel.h"
#include "FakeService.h"

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

inline const facebridge::Bytes kPhoto = bytes_of("a photo");

// An engine's side: the characters it was given with their steps, the log, and a dialog that answers what it is told.
struct FakeEngine : facebridge::CharacterSink, facebridge::Log, facebridge::FileDialog {
    bool apply(const facebridge::Schema& schema, const facebridge::Character& character, const std::string& step,
               std::string& problem) override {
        CHECK(character.parameters.size() == schema.parameters.size());
        if (!refuses.empty()) {
            problem = refuses;
            return false;
        }
        steps.push_back(step);
        characters.push_back(character);
        return true;
    }

    void write(facebridge::LogLevel level, const std::string& line) override { lines.emplace_back(level, line); }

    std::vector<std::string> ask(const facebridge::FileQuestion& question) override {
        asked = question;
        return paths;
    }

    facebridge::Engine seams() { return {this, this, nullptr, this}; }

    std::vector<std::string> steps;
    std::vector<facebridge::Character> characters;
    std::vector<std::pair<facebridge::LogLevel, std::string>> lines;
    facebridge::FileQuestion asked;
    std::vector<std::string> paths;
    std::string refuses;
};

struct JoinedPanel {
    // A service of today, with everything but an engine.
    static facebridge::Welcome greeting() {
        facebridge::Welcome welcome = FakeService::greeting();
        welcome.features = {"face", "group", "locks", "several", "variations", "refine", "compare"};
        return welcome;
    }

    explicit JoinedPanel(const facebridge::Welcome& welcome = greeting()) : model(engine.seams()) {
        REQUIRE_MESSAGE(model.connect(session_options(service.address), problem), problem);
        CHECK(model.view().status.rfind("Connecting to tcp://", 0) == 0);
        service.greet(welcome);
        until([&] { return model.view().state == facebridge::SessionState::Ready; });
    }

    void until(const std::function<bool()>& done) {
        const auto due = std::chrono::steady_clock::now() + std::chrono::milliseconds(10'000);
        while (!done()) {
            REQUIRE(std::chrono::steady_clock::now() < due);
            model.update();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }

    void idle() {
        until([&] { return !model.busy(); });
    }

    facebridge::Import ask() {
        REQUIRE_MESSAGE(model.import_photo({kPhoto}, {"ada.jpg"}, problem), problem);
        return service.receive<facebridge::Import>();
    }

    // An answer with everything that a panel shows.
    static facebridge::Imported answer_to(const facebridge::Import& request) {
        using facebridge::ByteArray;
        using facebridge::FloatArray;
        facebridge::Imported answer = FakeService::answer_to(request);
        answer.faces = 2;
        answer.boxes = FloatArray{{2, 4}, {0, 0, 9, 9, 20, 0, 25, 5}};
        answer.thumbnails = ByteArray{{128, 64, 3}, std::vector<std::uint8_t>(64 * 64 * 3, 1)};
        answer.thumbnails->values.resize(std::size_t{128} * 64 * 3, 2);
        answer.warnings = {"Two faces.", "Odd.", "Nobody could read this."};
        answer.codes = {"several-faces", "new-code", "blurred"};
        answer.severities = {"warning", "odd", "serious"};
        answer.groups = {{"men", 0.75}, {"women", 0.25}};
        answer.confidence = FloatArray{{4}, {0, 0.5f, 1, 1}};
        answer.aligned = ByteArray{{1, 1, 3}, {7, 8, 9}};
        answer.preview = ByteArray{{1, 1, 3}, {1, 2, 3}};
        answer.timings_ms = {{"align", 30.25}, {"reconstruct", 11.5}};
        return answer;
    }

    void import() {
        service.send(answer_to(ask()));
        idle();
    }

    double value(std::size_t position) const {
        return static_cast<double>(model.editor()->character().parameters[position]);
    }

    FakeService service;
    FakeEngine engine;
    facebridge::PanelModel model;
    std::string problem;
};
