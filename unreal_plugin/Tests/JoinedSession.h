// A session joined to a service that the test drives.

#pragma once

#include "FakeService.h"

#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace joined {

using namespace facebridge;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

inline const Bytes kPhoto = bytes_of("a photo");

inline SessionEvent next(Session& session) {
    const Clock::time_point due = Clock::now() + milliseconds(10'000);
    SessionEvent event;
    while (!session.next(event)) {
        REQUIRE(Clock::now() < due);
        session.update();
        std::this_thread::sleep_for(milliseconds(1));
    }
    return event;
}

// A session that has joined a service.
struct Joined {
    explicit Joined(SessionOptions options = session_options(""), const Welcome& welcome = FakeService::greeting())
        : session((options.transport.address = service.address, std::move(options))) {
        std::string problem;
        REQUIRE_MESSAGE(session.start(problem), problem);
        CHECK(session.state() == SessionState::Connecting);
        service.greet(welcome);
        const SessionEvent event = next(session);
        CHECK_MESSAGE(event.kind == SessionEventKind::Joined, event.words);
        CHECK(event.schema_changed);
        CHECK(session.state() == SessionState::Ready);
    }

    Import import(const Bytes& photo = kPhoto, const Wishes& wishes = {}) {
        std::string problem;
        REQUIRE_MESSAGE(session.import_photo({photo}, wishes, neutral_character(*session.schema()), problem), problem);
        CHECK(session.state() == SessionState::Importing);
        return service.receive<Import>();
    }

    Refine refine() {
        std::string problem;
        const Character from = neutral_character(*session.schema());
        REQUIRE_MESSAGE(session.refine(kPhoto, {}, from, 20, milliseconds(9'000), problem), problem);
        CHECK(session.state() == SessionState::Refining);
        return service.receive<Refine>();
    }

    FakeService service;
    Session session;
};

}  // namespace joined
