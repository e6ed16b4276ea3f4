// What a session sends besides one photo: several of one person, comparisons; and what it does not send.

#include "JoinedSession.h"

#include <string>
#include <vector>

using namespace joined;

TEST_CASE("what the service does not offer or accept is not sent") {
    Welcome old = FakeService::greeting();
    old.features = {};
    old.max_photo_bytes = 8;
    Joined joined(session_options(""), old);
    std::string problem;
    Wishes wishes;
    wishes.face = 1;
    CHECK_FALSE(joined.session.import_photo({kPhoto}, wishes, {}, problem));
    CHECK(problem.find("does not offer face") != std::string::npos);
    CHECK_FALSE(joined.session.import_photo({bytes_of("123456789")}, {}, {}, problem));
    CHECK(problem.find("9 bytes") != std::string::npos);
    wishes = {};
    wishes.bundle = "gone";
    CHECK_FALSE(joined.session.import_photo({kPhoto}, wishes, {}, problem));
    CHECK(problem.find("no bundle 'gone'") != std::string::npos);
    CHECK(joined.session.state() == SessionState::Ready);
}

TEST_CASE("a comparison goes beside an open request, and the newest wins") {
    Welcome welcome = FakeService::greeting();
    welcome.features.emplace_back("compare");
    Joined joined(session_options(""), welcome);
    std::string problem;
    const Character character = neutral_character(*joined.session.schema());
    const Import import = joined.import();
    Comparison comparison;
    comparison.other = character;
    REQUIRE_MESSAGE(joined.session.compare(kPhoto, {}, character, comparison, problem), problem);
    const Compare first = joined.service.receive<Compare>();
    CHECK(first.other->values == character.parameters);
    CHECK(joined.session.comparing());
    CHECK(joined.session.state() == SessionState::Importing);
    comparison = {"blend", 2.0, std::nullopt};
    REQUIRE(joined.session.compare(kPhoto, {}, character, comparison, problem));
    CHECK(joined.service.receive<Cancel>().request_id == first.request_id);
    const Compare second = joined.service.receive<Compare>();
    CHECK(second.blend == 1.0);
    CHECK_FALSE(second.other);
    Compared answer;
    answer.digest = sha256(kPhoto.data(), kPhoto.size());
    answer.request_id = first.request_id;
    joined.service.send(answer);
    answer.request_id = second.request_id;
    answer.drawn_by = "engine";
    joined.service.send(answer);
    joined.service.send(FakeService::answer_to(import));
    const SessionEvent event = next(joined.session);
    CHECK(event.kind == SessionEventKind::Compared);
    CHECK(std::get<Compared>(event.answer).drawn_by == "engine");
    CHECK(next(joined.session).kind == SessionEventKind::Imported);
    CHECK_FALSE(joined.session.compare(kPhoto, {}, character, {"silhouette", 0.5, std::nullopt}, problem));
    CHECK(problem.find("does not offer engine") != std::string::npos);
}

TEST_CASE("a comparison for another photo is not shown, and one without a connection is refused") {
    Welcome welcome = FakeService::greeting();
    welcome.features.emplace_back("compare");
    Joined joined(session_options(""), welcome);
    std::string problem;
    const Character character = neutral_character(*joined.session.schema());
    REQUIRE(joined.session.compare(kPhoto, {}, character, {}, problem));
    Compared answer;
    answer.request_id = joined.service.receive<Compare>().request_id;
    answer.digest = "another";
    joined.service.send(answer);
    const SessionEvent event = next(joined.session);
    CHECK(event.kind == SessionEventKind::Uncompared);
    CHECK(event.code == "check");
    joined.service.send(Bye{});
    CHECK(next(joined.session).kind == SessionEventKind::Lost);
    CHECK_FALSE(joined.session.compare(kPhoto, {}, character, {}, problem));
    CHECK(problem.find("connect to one first") != std::string::npos);
}

TEST_CASE("several photos are one part with their lengths") {
    Welcome welcome = FakeService::greeting();
    welcome.features.emplace_back("several");
    Joined joined(session_options(""), welcome);
    std::string problem;
    REQUIRE(joined.session.import_photo(Photos{bytes_of("ab"), bytes_of("cde")}, {}, {}, problem));
    const Import request = joined.service.receive<Import>();
    CHECK(request.lengths == std::vector<std::int64_t>{2, 3});
    CHECK(request.photo == bytes_of("abcde"));
    CHECK_FALSE(joined.session.import_photo(Photo(), {}, {}, problem));
    CHECK(problem.find("expected 1 to 16") != std::string::npos);
    Wishes wishes;
    wishes.variations = 9;
    CHECK_FALSE(joined.session.import_photo({kPhoto}, wishes, {}, problem));
    CHECK(problem.find("expected 0 to 8") != std::string::npos);
    CHECK(joined.session.state() == SessionState::Importing);  // the good one goes on
}
