// A panel's side of a service: one open request, the newest photo wins, and nothing unchecked reaches the character.

#pragma once

#include "FaceBridgeCore/Character.h"
#include "FaceBridgeCore/Photo.h"
#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Transport.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace facebridge {

// Offline: not started, stopped, or lost, when the transport connects again by itself. Refused is final until `start`.
enum class SessionState { Offline, Connecting, Ready, Importing, Refining, Refused };

struct SessionOptions {
    TransportOptions transport;  // `hello` is filled in here, but for its software
    std::string slot = "panel";
    std::optional<Schema> schema;  // our own character, if it is known; a service for another one is then refused
    std::chrono::milliseconds import_deadline{30'000};
    std::chrono::milliseconds refine_deadline{120'000};
    std::chrono::milliseconds compare_deadline{30'000};
    std::chrono::milliseconds patience{2'000};  // longer than the service's deadline, whose words are better than ours
};

// What an import, a refine or a comparison should obey.
struct Wishes {
    std::string bundle;
    std::int64_t face = 0;
    std::string group;  // archetype; "" infers it
    Locks locked;
    bool mirrored = false;
    std::int64_t variations = 0;
};

// Which of the pictures that set a character beside its photo, and how.
struct Comparison {
    std::string kind = "side";  // one of kComparisons
    double blend = 0.5;         // 0 shows the photo, 1 the character
    std::optional<Character> other;  // whose outline a silhouette carries
};

// Joined: `schema_changed` says whether the character is another than before. Failed: the open request ended without a
// result; `code` is the wire's, or "check" for an answer that must not be applied. Uncompared: the same of a
// comparison. Lost and Refused: `words` say why.
enum class SessionEventKind { Joined, Imported, Progress, Refined, Compared, Failed, Uncompared, Lost, Refused };

struct SessionEvent {
    SessionEventKind kind = SessionEventKind::Lost;
    std::string code;
    std::string words;
    bool schema_changed = false;
    Character character;  // of Imported, Progress and Refined: checked against the schema
    std::variant<std::monostate, Imported, Progress, Refined, Compared> answer;
};

// For one thread at a time; nothing waits for the network, nothing throws. `update` does what is due, such as once a
// tick, and `next` hands out what came of it.
class FACEBRIDGECORE_API Session {
public:
    explicit Session(SessionOptions options);

    bool start(std::string& problem);
    void stop();  // within 200 ms
    void update();
    bool next(SessionEvent& event);

    // Ask for the character of a photo, or of several of one person; takes the place of what is open. `current` is what locks hold. While offline the
    // request is kept, and sent when the service is there; its deadline runs from now.
    bool import_photo(const Photo& photo, const Wishes& wishes, const Character& current, std::string& problem);

    // Search for what looks more like the photo, from `from` on.
    bool refine(const Photo& photo, const Wishes& wishes, const Character& from, std::int64_t steps,
                std::chrono::milliseconds budget, std::string& problem);

    // Ask for a picture of the character beside the photo. Goes on beside an open request; the newest comparison wins.
    bool compare(const Photo& photo, const Wishes& wishes, const Character& character, const Comparison& comparison,
                 std::string& problem);

    // Give the open request up, at once: Failed "cancelled" comes next. Harmless when nothing is open.
    void cancel();

    SessionState state() const;
    bool busy() const { return open_.has_value(); }  // whether a request is open, be it kept while offline
    bool comparing() const { return compare_.has_value(); }
    const std::string& reason() const { return reason_; }  // why Offline or Refused; "" when nothing went wrong
    const std::optional<Schema>& schema() const { return schema_; }
    const Welcome& service() const { return service_; }  // as it last greeted
    bool offers(const std::string& feature) const;

private:
    using Clock = std::chrono::steady_clock;
    struct Open {
        std::variant<Import, Refine, Compare> message;
        Photo photo;
        Clock::time_point due;
        bool names_values = false;  // it holds locks or values of a schema, and means nothing for another

        std::int64_t id() const {
            return std::visit([](const auto& asked) { return asked.request_id; }, message);
        }
    };

    void handle(LinkEvent& event);
    void join(Welcome& welcome);
    void take(Message& message);
    void take_imported(Imported& answer);
    void take_refined(Refined& answer);
    void take_progress(Progress& answer);
    void take_compared(Compared& answer);
    bool ask(std::optional<Open>& place, Open open, std::string& problem);
    bool send(Open& open, std::string& problem);
    bool check_request(const Open& open, std::string& problem) const;
    void send_again(std::optional<Open>& place, bool other_character);
    bool check_values(const FloatArray& parameters, const ByteArray* choices, Character& character,
                      std::string& problem) const;
    bool check_variations(const Imported& answer, std::string& problem) const;
    bool check_origin(const Open& open, const std::string& hash, const std::string& digest,
                      std::string& problem) const;
    void fail(std::optional<Open>& place, std::string code, std::string words);
    void refuse(std::string words);

    SessionOptions options_;
    std::unique_ptr<Transport> transport_;
    std::optional<Schema> schema_;
    Welcome service_;
    std::optional<Open> open_;     // an import or a refine
    std::optional<Open> compare_;  // beside it
    std::deque<SessionEvent> events_;
    std::string reason_;
    std::int64_t requests_ = 0;
    bool joined_ = false;
    bool connecting_ = false;
    bool refused_ = false;
};

}  // namespace facebridge
