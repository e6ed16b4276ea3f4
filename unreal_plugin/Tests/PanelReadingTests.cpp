// Ways to read a photo and to look at what came of it: several photos, faces, archetypes, bundles, readings, comparisons.

#include "JoinedPanel.h"

#include <string>
#include <vector>

using namespace facebridge;

namespace {

Imported with_variations(const Import& request) {
    Imported answer = FakeService::answer_to(request);
    answer.variations = FloatArray{{2, 4}, {1, 0, 0, 1, -1, 0, 0, 1}};
    answer.variation_choices = ByteArray{{2, 1}, {0, 1}};
    answer.variation_previews = ByteArray{{2, 1, 3}, {1, 1, 1, 2, 2, 2}};
    return answer;
}

Compared compared(const Compare& request, std::uint8_t grey) {
    Compared answer;
    answer.request_id = request.request_id;
    answer.digest = sha256(request.photo.data(), request.photo.size());
    answer.drawn_by = "imitator";
    (request.kinds.front() == "silhouette" ? answer.silhouette : answer.blend) = ByteArray{{1, 1, 3}, {grey, grey, grey}};
    return answer;
}

}  // namespace

TEST_CASE("choosing a face or an archetype asks again, and locked values stay") {
    JoinedPanel panel;
    panel.import();
    CHECK_FALSE(panel.model.choose_face(2, panel.problem));
    REQUIRE(panel.model.set_lock("nose", true, panel.problem));
    REQUIRE(panel.model.choose_face(1, panel.problem));
    CHECK(panel.model.view().status == "Reading ada.jpg ...");
    CHECK(panel.model.view().may.cancel);
    Import request = panel.service.receive<Import>();
    CHECK(request.face == 1);
    CHECK(request.photo == kPhoto);
    CHECK(request.locked == std::vector<std::string>{"nose.width"});
    Imported answer = JoinedPanel::answer_to(request);
    answer.parameters.values[2] = -1.0f;
    answer.face = 1;
    panel.service.send(answer);
    panel.idle();
    CHECK(panel.value(2) == 0.25);
    CHECK(panel.model.view().faces[1].chosen);
    CHECK_FALSE(panel.model.choose_archetype("dogs", panel.problem));
    REQUIRE(panel.model.choose_archetype("women", panel.problem));
    request = panel.service.receive<Import>();
    CHECK(request.group == "women");
    CHECK(request.face == 1);
    panel.service.send(FakeService::answer_to(request));
    panel.idle();
    CHECK_FALSE(panel.model.choose_archetype("women", panel.problem));  // this answer names none
}

TEST_CASE("an archetype that was given holds for the next photo until it is inferred again") {
    JoinedPanel panel;
    panel.import();
    REQUIRE(panel.model.choose_archetype("women", panel.problem));
    panel.service.send(JoinedPanel::answer_to(panel.service.receive<Import>()));
    panel.idle();
    CHECK(panel.model.view().archetypes[1].chosen);
    Import request = panel.ask();
    CHECK(request.group == "women");
    panel.service.send(JoinedPanel::answer_to(request));
    panel.idle();
    REQUIRE(panel.model.choose_archetype("", panel.problem));
    CHECK(panel.service.receive<Import>().group.empty());
}

TEST_CASE("several photos of one person go out as one, and the one that counted most is searched from") {
    JoinedPanel panel;
    REQUIRE(panel.model.import_photo(Photos{bytes_of("one"), bytes_of("second")}, {"1.jpg", "2.jpg"}, panel.problem));
    CHECK(panel.model.view().status == "Reading 2 photos ...");
    const Import request = panel.service.receive<Import>();
    CHECK(request.lengths == std::vector<std::int64_t>{3, 6});
    CHECK(request.photo == bytes_of("onesecond"));
    Imported answer = FakeService::answer_to(request);
    answer.weights = FloatArray{{2}, {0, 1}};
    panel.service.send(answer);
    panel.idle();
    REQUIRE(panel.model.view().photos.size() == 2);
    CHECK(panel.model.view().photos[0].weight == 0.0f);
    CHECK(panel.model.view().photos[1].name == "2.jpg");
    REQUIRE(panel.model.refine(5, panel.problem));
    CHECK(panel.service.receive<Refine>().photo == bytes_of("second"));
    CHECK_FALSE(panel.model.import_photo(Photos(17, kPhoto), {}, panel.problem));
    CHECK(panel.problem.find("expected 1 to 16") != std::string::npos);
    CHECK_FALSE(panel.model.import_photo(Photos{kPhoto, {}}, {"a", "b"}, panel.problem));
    CHECK(panel.problem.find("0 bytes") != std::string::npos);
}

TEST_CASE("a service of before several photos is not sent them") {
    JoinedPanel panel(FakeService::greeting());
    CHECK_FALSE(panel.model.view().may.several_photos);
    CHECK_FALSE(panel.model.import_photo(Photos{kPhoto, kPhoto}, {"a", "b"}, panel.problem));
    CHECK(panel.problem.find("does not offer several") != std::string::npos);
    panel.import();
    CHECK_FALSE(panel.model.view().may.vary);
    CHECK(panel.model.view().comparisons.empty());
}

TEST_CASE("other readings leave the character until one is chosen, which is a step") {
    JoinedPanel panel;
    CHECK_FALSE(panel.model.vary(4, panel.problem));
    panel.import();
    CHECK_FALSE(panel.model.vary(9, panel.problem));
    REQUIRE(panel.model.vary(4, panel.problem));
    CHECK(panel.model.view().status == "Looking for other readings ...");
    const Import request = panel.service.receive<Import>();
    CHECK(request.variations == 4);
    panel.service.send(with_variations(request));
    panel.idle();
    CHECK(panel.model.view().message == "2 other readings of ada.jpg.");
    CHECK(panel.value(0) == 0.5);
    CHECK(panel.model.view().undo == "imported ada.jpg");
    REQUIRE(panel.model.view().variations.size() == 2);
    CHECK(panel.model.view().variations[1].preview->values == Bytes{2, 2, 2});
    REQUIRE(panel.model.choose_variation(1, panel.problem));
    CHECK(panel.value(0) == -1.0);
    CHECK(panel.model.view().variations[1].worn);
    CHECK(panel.model.view().preview->values == Bytes{2, 2, 2});
    CHECK(panel.model.view().undo == "variation 2");
    CHECK_FALSE(panel.model.choose_variation(2, panel.problem));
    REQUIRE(panel.model.undo(panel.problem));
    CHECK(panel.value(0) == 0.5);
    REQUIRE(panel.model.vary(3, panel.problem));
    panel.service.send(FakeService::answer_to(panel.service.receive<Import>()));
    panel.idle();
    CHECK(panel.model.view().message == "There is no other reading.");
    CHECK(panel.model.view().variations.empty());
}

TEST_CASE("a comparison follows the character, one request at a time") {
    JoinedPanel panel;
    CHECK_FALSE(panel.model.compare("blend", 0.5, panel.problem));
    panel.import();
    REQUIRE(panel.model.view().comparisons.size() == 3);
    CHECK_FALSE(panel.model.compare("silhouette", 0.5, panel.problem));  // without an engine
    REQUIRE(panel.model.compare("blend", 0.25, panel.problem));
    CHECK(panel.model.view().comparison_words == "The picture is on its way ...");
    Compare request = panel.service.receive<Compare>();
    CHECK(request.kinds == std::vector<std::string>{"blend"});
    CHECK(request.blend == 0.25);
    REQUIRE(panel.model.set("nose.width", 1.0, "", panel.problem));
    panel.model.update();  // still one under way: the next is asked when it is answered
    panel.service.send(compared(request, 9));
    panel.until([&] { return panel.model.view().comparison != nullptr; });
    CHECK(panel.model.view().comparison->values == Bytes{9, 9, 9});
    CHECK(panel.model.view().comparisons[1].chosen);
    panel.model.update();
    request = panel.service.receive<Compare>();
    CHECK(request.parameters.values[2] == 1.0f);
    panel.service.send(compared(request, 10));
    panel.until([&] { return panel.model.view().comparison->values.front() == 10; });
    CHECK_FALSE(panel.model.comparing());
    REQUIRE(panel.model.compare("", 0.5, panel.problem));
    CHECK_FALSE(bool(panel.model.view().comparison));
}

TEST_CASE("a comparison that fails is said and ends, and nothing else does") {
    JoinedPanel panel;
    panel.import();
    REQUIRE(panel.model.compare("side", 0.5, panel.problem));
    const Compare request = panel.service.receive<Compare>();
    REQUIRE(panel.model.refine(5, panel.problem));
    panel.service.send(Error{request.request_id, "internal", "Out of order."});
    panel.until([&] { return !panel.model.comparing(); });
    CHECK(panel.model.view().message == "Out of order.");
    CHECK_FALSE(panel.model.view().comparisons[0].chosen);
    CHECK(panel.model.busy());
}

TEST_CASE("with an engine silhouettes carry the outline of where the character was") {
    Welcome welcome = JoinedPanel::greeting();
    welcome.features.emplace_back("engine");
    JoinedPanel panel(welcome);
    panel.import();
    REQUIRE(panel.model.view().comparisons.back().label == "Turned");
    REQUIRE(panel.model.set("nose.width", 1.0, "", panel.problem));
    REQUIRE(panel.model.compare("silhouette", 0.5, panel.problem));
    const Compare request = panel.service.receive<Compare>();
    CHECK(request.other->values[2] == 0.25f);
    CHECK(request.other_choices->values == Bytes{0});
    panel.service.send(compared(request, 1));
    panel.until([&] { return panel.model.view().comparison != nullptr; });
    CHECK(panel.model.view().comparison_words.find("amber line") != std::string::npos);
}

TEST_CASE("another bundle reads the photo again, and forgets the archetype") {
    Welcome welcome = JoinedPanel::greeting();
    welcome.bundles = {"tiny", "small"};
    JoinedPanel panel(welcome);
    REQUIRE(panel.model.view().bundles.size() == 2);
    CHECK(panel.model.view().bundles[0].chosen);
    CHECK_FALSE(panel.model.choose_bundle("huge", panel.problem));
    panel.import();
    REQUIRE(panel.model.choose_archetype("women", panel.problem));
    panel.service.send(JoinedPanel::answer_to(panel.service.receive<Import>()));
    panel.idle();
    REQUIRE(panel.model.choose_bundle("small", panel.problem));
    const Import request = panel.service.receive<Import>();
    CHECK(request.bundle == "small");
    CHECK(request.group.empty());
    Imported answer = JoinedPanel::answer_to(request);
    answer.bundle = "small 2";
    panel.service.send(answer);
    panel.idle();
    CHECK(panel.model.view().bundle == "small 2");
    CHECK(panel.model.view().bundles[1].chosen);
    REQUIRE(panel.model.refine(5, panel.problem));
    CHECK(panel.service.receive<Refine>().bundle == "small");
}
