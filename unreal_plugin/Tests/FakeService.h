// A service that a test drives by hand: a ROUTER that greets with the tests' small character, and its usual answers.

#pragma once

#include "FaceBridgeCore/Session.h"
#include "FaceBridgeCore/Sha256.h"
#include "Router.h"
#include "Schemas.h"

#include <chrono>
#include <string>

class FakeService : public Router {
public:
    // A greeting that tests may change before it is sent.
    static facebridge::Welcome greeting() {
        facebridge::Welcome welcome;
        welcome.role = "service";
        welcome.features = {"face", "group", "locks", "refine"};
        welcome.bundle = "tiny 1";
        welcome.bundles = {"tiny"};
        welcome.schema = bytes_of(kSchemaText);
        welcome.schema_hash = facebridge::sha256(welcome.schema->data(), welcome.schema->size());
        return welcome;
    }

    void greet(const facebridge::Welcome& welcome = greeting()) {
        receive<facebridge::Hello>();
        send(welcome);
    }

    static facebridge::Imported answer_to(const facebridge::Import& request) {
        facebridge::Imported answer;
        answer.request_id = request.request_id;
        answer.schema_hash = greeting().schema_hash;
        answer.digest = facebridge::sha256(request.photo.data(), request.photo.size());
        answer.faces = 1;
        answer.parameters = {{4}, {0.5f, -0.5f, 0.25f, 2.0f}};
        answer.choices = {{1}, {0}};
        return answer;
    }

    static facebridge::Progress progress_of(const facebridge::Refine& request) {
        facebridge::Progress progress;
        progress.request_id = request.request_id;
        progress.digest = facebridge::sha256(request.photo.data(), request.photo.size());
        progress.step = 5;
        progress.steps = request.steps;
        progress.loss_before = 2;
        progress.loss = 1;
        progress.parameters = {{4}, {0.75f, 0.0f, 0.0f, 3.0f}};
        return progress;
    }

    static facebridge::Refined answer_to(const facebridge::Refine& request) {
        facebridge::Refined answer;
        answer.request_id = request.request_id;
        answer.schema_hash = greeting().schema_hash;
        answer.digest = facebridge::sha256(request.photo.data(), request.photo.size());
        answer.ended = "steps";
        answer.judge = "imitator";
        answer.kept = true;
        answer.loss_before = 2;
        answer.loss = 0.5;
        answer.parameters = {{4}, {1.0f, 0.0f, 0.0f, 3.0f}};
        answer.choices = request.choices;
        return answer;
    }
};

inline facebridge::SessionOptions session_options(const std::string& address) {
    facebridge::SessionOptions options;
    options.transport.address = address;
    options.transport.first_pause = std::chrono::milliseconds(20);
    options.transport.hello.software = "test";
    return options;
}
