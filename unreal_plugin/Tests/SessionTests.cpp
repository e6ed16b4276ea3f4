// A session's states, what it checks before anything is applied, and what it keeps over a loss.

#include "JoinedSession.h"

#include <string>
#include <utility>
#include <vector>

using namespace joined;

namespace {

std::string refusal_of(const Welcome& welcome) {
    FakeService service;
    Session session(session_options(service.address));
    std::string problem;
    REQUIRE(session.start(problem));
    service.greet(welcome);
    const SessionEvent event = next(session);
    CHECK(event.kind == SessionEventKind::Refused);
    CHECK(session.state() == SessionState::Refused);
    CHECK_FALSE(session.import_photo({kPhoto}, {}, {}, problem));
    return event.words;
}

}  // namespace

TEST_CASE("an import goes out with its wishes and comes back checked") {
    Joined joined;
    Wishes wishes;
    wishes.face = 1;
    wishes.group = "men";
    wishes.mirrored = true;
    wishes.locked = {true, true, false, false, true};
    const Import request = joined.import(kPhoto, wishes);
    CHECK(request.slot == "panel");
    CHECK(request.face == 1);
    CHECK(request.mirrored);
    CHECK(request.locked == std::vector<std::string>{"eyes", "hair.style"});
    CHECK(request.current->values == std::vector<float>{0, 0, 0.1f, 1});
    CHECK(request.current_choices->values == Bytes{1});
    joined.service.send(FakeService::answer_to(request));
    const SessionEvent event = next(joined.session);
    CHECK(event.kind == SessionEventKind::Imported);
    CHECK(event.character.parameters == std::vector<float>{0.5f, -0.5f, 0.25f, 2.0f});
    CHECK(std::get<Imported>(event.answer).faces == 1);
    CHECK(joined.session.state() == SessionState::Ready);
}

TEST_CASE("an answer for another photo or character, or out of range, is not applied") {
    Joined joined;
    const auto said = [&](auto change) {
        Imported answer = FakeService::answer_to(joined.import());
        change(answer);
        joined.service.send(answer);
        const SessionEvent event = next(joined.session);
        CHECK(event.kind == SessionEventKind::Failed);
        CHECK(event.code == "check");
        CHECK(joined.session.state() == SessionState::Ready);
        return event.words;
    };
    CHECK(said([](Imported& answer) { answer.digest[0] = 'x'; }).find("another photo") != std::string::npos);
    CHECK(said([](Imported& answer) { answer.digest.clear(); }).find("another photo") != std::string::npos);
    CHECK(said([](Imported& answer) { answer.schema_hash = "00"; }).find("another character") != std::string::npos);
    CHECK(said([](Imported& answer) { answer.parameters.values[3] = 5; }).find("'skin.gloss' is 5") !=
          std::string::npos);
    CHECK(said([](Imported& answer) { answer.parameters = {{3}, {0, 0, 0}}; }).find("3 parameters") !=
          std::string::npos);
    CHECK(said([](Imported& answer) { answer.choices.values[0] = 2; }).find("no option 2") != std::string::npos);
    CHECK(said([](Imported& answer) { answer.confidence = FloatArray{{2}, {1, 1}}; }).find("2 values") !=
          std::string::npos);
    CHECK(said([](Imported& answer) { answer.variations = FloatArray{{1, 4}, {0, 0, 0, 1}}; }).find("variations") !=
          std::string::npos);
    CHECK(said([](Imported& answer) {
              answer.variations = FloatArray{{1, 4}, {0, 0, 9, 1}};
              answer.variation_choices = ByteArray{{1, 1}, {0}};
          }).find("'nose.width' is 9") != std::string::npos);
}

TEST_CASE("the newest photo wins, and what comes for the older is dropped") {
    Joined joined;
    const Import first = joined.import();
    const Import second = joined.import(bytes_of("another"));
    CHECK(second.request_id > first.request_id);
    CHECK(second.slot == first.slot);
    joined.service.send(FakeService::answer_to(first));
    joined.service.send(Superseded{first.request_id, second.request_id});
    joined.service.send(FakeService::answer_to(second));
    CHECK(next(joined.session).kind == SessionEventKind::Imported);
    SessionEvent none;
    CHECK_FALSE(joined.session.next(none));
}

TEST_CASE("a refine tells its progress and its result") {
    Joined joined;
    const Refine request = joined.refine();
    CHECK(request.steps == 20);
    CHECK(request.budget_ms == 9'000);
    Progress wrong = FakeService::progress_of(request);
    wrong.parameters.values[0] = 7;
    joined.service.send(wrong);
    joined.service.send(FakeService::progress_of(request));
    SessionEvent event = next(joined.session);
    CHECK(event.kind == SessionEventKind::Progress);
    CHECK(event.character.parameters[0] == 0.75f);
    CHECK(std::get<Progress>(event.answer).step == 5);
    joined.service.send(FakeService::answer_to(request));
    event = next(joined.session);
    CHECK(event.kind == SessionEventKind::Refined);
    CHECK(event.character.parameters[0] == 1.0f);
    std::string problem;
    CHECK_FALSE(joined.session.refine(kPhoto, {}, event.character, 1'001, milliseconds(1), problem));
    CHECK(problem.find("1 to 1000 steps") != std::string::npos);
}

TEST_CASE("cancelling is at once, and a late answer changes nothing") {
    Joined joined;
    const Import request = joined.import();
    joined.session.cancel();
    CHECK(joined.session.state() == SessionState::Ready);
    CHECK(next(joined.session).code == "cancelled");
    CHECK(joined.service.receive<Cancel>().request_id == request.request_id);
    joined.service.send(FakeService::answer_to(request));
    joined.service.send(FakeService::answer_to(joined.import(bytes_of("another"))));
    CHECK(next(joined.session).kind == SessionEventKind::Imported);
    joined.session.cancel();
    SessionEvent none;
    CHECK_FALSE(joined.session.next(none));
}

TEST_CASE("the service's words on an unusable photo are passed on") {
    Joined joined;
    joined.service.send(Error{joined.import().request_id, "input", "No face."});
    const SessionEvent event = next(joined.session);
    CHECK(event.code == "input");
    CHECK(event.words == "No face.");
}

TEST_CASE("a request without an answer ends at its deadline, and the service is told") {
    SessionOptions options = session_options("");
    options.import_deadline = milliseconds(20);
    options.patience = milliseconds(20);
    Joined joined(options);
    const Import request = joined.import();
    CHECK(request.deadline_ms == 20);
    CHECK(next(joined.session).code == "deadline");
    CHECK(joined.service.receive<Cancel>().request_id == request.request_id);
}

TEST_CASE("after a loss the open request is sent again") {
    Joined joined;
    const Import first = joined.import();
    joined.service.send(Bye{"restarting"});
    const SessionEvent lost = next(joined.session);
    CHECK(lost.kind == SessionEventKind::Lost);
    CHECK(lost.words.find("restarting") != std::string::npos);
    CHECK(joined.session.state() == SessionState::Offline);
    CHECK(joined.session.busy());
    joined.service.greet();
    const SessionEvent again = next(joined.session);
    CHECK(again.kind == SessionEventKind::Joined);
    CHECK_FALSE(again.schema_changed);
    CHECK(joined.session.state() == SessionState::Importing);
    const Import second = joined.service.receive<Import>();
    CHECK(second.photo == first.photo);
    joined.service.send(FakeService::answer_to(second));
    CHECK(next(joined.session).kind == SessionEventKind::Imported);
}

TEST_CASE("values of one character are not sent to a service that came back with another") {
    Joined joined;
    joined.refine();
    joined.service.send(Bye{});
    CHECK(next(joined.session).kind == SessionEventKind::Lost);
    Welcome other = FakeService::greeting();
    other.schema->push_back(' ');
    other.schema_hash = sha256(other.schema->data(), other.schema->size());
    joined.service.greet(other);
    CHECK(next(joined.session).schema_changed);
    CHECK(next(joined.session).words.find("another character") != std::string::npos);
}

TEST_CASE("a greeting that cannot be trusted is refused in words") {
    Welcome welcome = FakeService::greeting();
    welcome.role = "coordinator";
    CHECK(refusal_of(welcome).find("not a service") != std::string::npos);
    welcome = FakeService::greeting();
    welcome.schema_hash = "00";
    CHECK(refusal_of(welcome).find("calls it 00") != std::string::npos);
    welcome = FakeService::greeting();
    welcome.schema = bytes_of("{}");
    CHECK(refusal_of(welcome).find("cannot be used") != std::string::npos);
}

TEST_CASE("nothing can be asked before there is a connection, and stopping ends what is open") {
    Session session(session_options("tcp://127.0.0.1:9"));
    std::string problem;
    CHECK(session.state() == SessionState::Offline);
    CHECK_FALSE(session.import_photo({kPhoto}, {}, {}, problem));
    CHECK(problem.find("connect to one first") != std::string::npos);
    REQUIRE(session.start(problem));
    REQUIRE(session.import_photo({kPhoto}, {}, {}, problem));
    session.stop();
    CHECK(next(session).code == "cancelled");
    CHECK(session.state() == SessionState::Offline);
    Session far(session_options("tcp://192.0.2.1:5757"));
    CHECK_FALSE(far.start(problem));
    CHECK(far.reason().find("without keys") != std::string::npos);
}
