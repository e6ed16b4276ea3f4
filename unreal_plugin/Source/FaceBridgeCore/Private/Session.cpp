// The session's states, and the checks that come before anything is sent or applied.

#include "FaceBridgeCore/Session.h"

#include "FaceBridgeCore/Sha256.h"

#include <algorithm>
#include <random>
#include <utility>

namespace facebridge {
namespace {

using std::chrono::milliseconds;

std::string random_name() {
    std::random_device source;
    std::string name;
    for (int digit = 0; digit < 16; ++digit) {
        name += "0123456789abcdef"[source() & 0xF];
    }
    return name;
}

FloatArray array_of(const std::vector<float>& values) {
    return {{static_cast<std::uint32_t>(values.size())}, values};
}

ByteArray array_of(const std::vector<std::uint8_t>& values) {
    return {{static_cast<std::uint32_t>(values.size())}, values};
}

bool holds_any(const Locks& locked) { return std::find(locked.begin(), locked.end(), true) != locked.end(); }

std::string hex_digest(const Bytes& bytes) { return sha256(bytes.data(), bytes.size()); }

}  // namespace

Session::Session(SessionOptions options) : options_(std::move(options)), schema_(options_.schema) {
    Hello& hello = options_.transport.hello;
    hello.role = "client";
    hello.instance = random_name();
    if (schema_) {
        hello.schema = schema_->source;
        hello.schema_hash = schema_->hash;
    }
}

bool Session::start(std::string& problem) {
    stop();
    transport_ = std::make_unique<Transport>(options_.transport);
    if (!transport_->start(problem)) {
        transport_.reset();
        reason_ = problem;
        return false;
    }
    connecting_ = true;
    return true;
}

void Session::stop() {
    transport_.reset();
    joined_ = connecting_ = refused_ = false;
    reason_.clear();
    if (open_) {
        fail("cancelled", "The connection was closed before an answer came.");
    }
}

void Session::update() {
    LinkEvent event;
    while (transport_ != nullptr && transport_->poll(event)) {
        handle(event);
    }
    if (open_ && Clock::now() >= open_->due) {
        std::string unused;
        if (joined_) {
            transport_->send(Cancel{open_id()}, unused);
        }
        fail("deadline", joined_ ? "No answer came in time; allow more time, or see the service's log."
                                 : "The service was not there in time; start it, and ask again.");
    }
}

bool Session::next(SessionEvent& event) {
    if (events_.empty()) {
        return false;
    }
    event = std::move(events_.front());
    events_.pop_front();
    return true;
}

bool Session::import_photo(Bytes photo, const Wishes& wishes, const Character& current, std::string& problem) {
    Import message;
    message.slot = options_.slot;
    message.deadline_ms = options_.import_deadline.count();
    message.pictures = true;
    message.bundle = wishes.bundle;
    message.face = wishes.face;
    message.group = wishes.group;
    message.mirrored = wishes.mirrored;
    message.variations = wishes.variations;
    if (holds_any(wishes.locked)) {
        if (!schema_) {
            problem = "Locks mean nothing before a character is known; connect to a service first.";
            return false;
        }
        Character checked = current;
        if (!check_character(*schema_, checked, problem)) {
            return false;
        }
        message.locked = compact_locks(*schema_, wishes.locked);
        message.current = array_of(checked.parameters);
        message.current_choices = array_of(checked.choices);
    }
    const bool names_values = !message.locked.empty();
    const std::string digest = hex_digest(photo);
    message.photo = std::move(photo);
    return ask({std::move(message), digest, Clock::now() + options_.import_deadline + options_.patience, names_values},
               problem);
}

bool Session::refine(Bytes photo, const Wishes& wishes, const Character& from, std::int64_t steps, milliseconds budget,
                     std::string& problem) {
    if (!schema_) {
        problem = "Nothing can be refined before a character is known; connect to a service first.";
        return false;
    }
    if (steps < 1 || steps > static_cast<std::int64_t>(limits::kSteps)) {
        problem = "Refining takes 1 to " + std::to_string(limits::kSteps) + " steps, " + std::to_string(steps) +
                  " were asked for.";
        return false;
    }
    Character checked = from;
    if (!check_character(*schema_, checked, problem)) {
        return false;
    }
    Refine message;
    message.slot = options_.slot;
    message.deadline_ms = options_.refine_deadline.count();
    message.pictures = true;
    message.bundle = wishes.bundle;
    message.face = wishes.face;
    message.group = wishes.group;
    message.locked = compact_locks(*schema_, wishes.locked);
    message.mirrored = wishes.mirrored;
    message.steps = steps;
    message.budget_ms = budget.count();
    message.parameters = array_of(checked.parameters);
    message.choices = array_of(checked.choices);
    const std::string digest = hex_digest(photo);
    message.photo = std::move(photo);
    return ask({std::move(message), digest, Clock::now() + options_.refine_deadline + options_.patience, true},
               problem);
}

void Session::cancel() {
    if (!open_) {
        return;
    }
    std::string unused;
    if (joined_) {
        transport_->send(Cancel{open_id()}, unused);
    }
    fail("cancelled", "Cancelled.");  // what still comes for it is dropped by its number
}

SessionState Session::state() const {
    if (refused_) {
        return SessionState::Refused;
    }
    if (!joined_) {
        return connecting_ ? SessionState::Connecting : SessionState::Offline;
    }
    if (!open_) {
        return SessionState::Ready;
    }
    return std::holds_alternative<Import>(open_->message) ? SessionState::Importing : SessionState::Refining;
}

bool Session::offers(const std::string& feature) const {
    return std::find(service_.features.begin(), service_.features.end(), feature) != service_.features.end();
}

void Session::handle(LinkEvent& event) {
    switch (event.kind) {
        case LinkEventKind::Joined:
            join(std::get<Welcome>(event.message));
            break;
        case LinkEventKind::Received:
            take(event.message);
            break;
        case LinkEventKind::Lost: {
            joined_ = connecting_ = false;
            reason_ = event.words;
            SessionEvent lost;
            lost.words = event.words;
            events_.push_back(std::move(lost));
            break;
        }
        case LinkEventKind::Refused:
            refuse(event.words);
            break;
    }
}

void Session::join(Welcome& welcome) {
    const std::string& address = options_.transport.address;
    if (welcome.role != "service" || !welcome.schema) {
        refuse(address + " is a " + welcome.role +
               ", not a service that imports photos; use the address of `facebridge serve`.");
        return;
    }
    Schema schema;
    std::string problem;
    if (!read_schema(*welcome.schema, schema, problem)) {
        refuse(address + " sent a character that cannot be used: " + problem);
        return;
    }
    if (schema.hash != welcome.schema_hash) {
        refuse(address + " sent a schema that hashes to " + schema.hash + ", and calls it " + welcome.schema_hash +
               ".");
        return;
    }
    if (options_.schema && options_.schema->hash != schema.hash) {
        refuse("The service at " + address + " is for " + schema.character + " " + schema.version + ", not for " +
               options_.schema->character + " " + options_.schema->version +
               "; start it with this character's bundle.");
        return;
    }
    SessionEvent event;
    event.kind = SessionEventKind::Joined;
    event.schema_changed = !schema_ || schema_->hash != schema.hash;
    if (event.schema_changed) {
        schema_ = std::move(schema);
    }
    const bool other = event.schema_changed;
    service_ = std::move(welcome);
    joined_ = true;
    connecting_ = false;
    reason_.clear();
    events_.push_back(std::move(event));
    if (!open_) {
        return;
    }
    if (other && open_->names_values) {
        fail("input", "The service now has another character; ask again for this one.");
    } else if (!send_open(problem)) {
        fail("input", problem);
    }
}

void Session::take(Message& message) {
    if (auto* error = std::get_if<Error>(&message)) {
        if (open_ && error->request_id == open_id()) {
            fail(error->code, error->message);
        }
    } else if (const auto* superseded = std::get_if<Superseded>(&message)) {
        if (open_ && superseded->request_id == open_id()) {
            fail("superseded", "Another request took this one's place.");
        }
    } else if (auto* imported = std::get_if<Imported>(&message)) {
        take_imported(*imported);
    } else if (auto* progress = std::get_if<Progress>(&message)) {
        take_progress(*progress);
    } else if (auto* refined = std::get_if<Refined>(&message)) {
        take_refined(*refined);
    }
}

void Session::take_imported(Imported& answer) {
    if (!open_ || answer.request_id != open_id() || !std::holds_alternative<Import>(open_->message)) {
        return;  // late, for something that was given up
    }
    SessionEvent event;
    std::string problem;
    bool good = check_origin(answer.schema_hash, answer.digest, problem) &&
                check_values(answer.parameters, &answer.choices, event.character, problem);
    if (good && answer.confidence && answer.confidence->values.size() != schema_->parameters.size()) {
        problem = "The answer's confidence has " + std::to_string(answer.confidence->values.size()) + " values for " +
                  std::to_string(schema_->parameters.size()) + " parameters.";
        good = false;
    }
    if (!good || !check_variations(answer, problem)) {
        fail("check", problem);
        return;
    }
    event.kind = SessionEventKind::Imported;
    event.answer = std::move(answer);
    open_.reset();
    events_.push_back(std::move(event));
}

void Session::take_refined(Refined& answer) {
    if (!open_ || answer.request_id != open_id() || !std::holds_alternative<Refine>(open_->message)) {
        return;
    }
    SessionEvent event;
    std::string problem;
    if (!check_origin(answer.schema_hash, answer.digest, problem) ||
        !check_values(answer.parameters, &answer.choices, event.character, problem)) {
        fail("check", problem);
        return;
    }
    event.kind = SessionEventKind::Refined;
    event.answer = std::move(answer);
    open_.reset();
    events_.push_back(std::move(event));
}

void Session::take_progress(Progress& answer) {
    const Refine* refine = open_ ? std::get_if<Refine>(&open_->message) : nullptr;
    if (refine == nullptr || answer.request_id != open_id()) {
        return;
    }
    SessionEvent event;
    std::string unused;
    event.character.choices = refine->choices.values;
    if (!check_origin(schema_->hash, answer.digest, unused) ||
        !check_values(answer.parameters, nullptr, event.character, unused)) {
        return;  // the next one or the result may be whole
    }
    event.kind = SessionEventKind::Progress;
    event.answer = std::move(answer);
    events_.push_back(std::move(event));
}

bool Session::ask(Open open, std::string& problem) {
    if (transport_ == nullptr || refused_) {
        problem = refused_ ? "The service refused: " + reason_ : "No service is connected; connect to one first.";
        return false;
    }
    std::optional<Open> before = std::exchange(open_, std::move(open));
    if (joined_ && !send_open(problem)) {
        open_ = std::move(before);  // the service still works at it
        return false;
    }
    return true;
}

bool Session::send_open(std::string& problem) {
    if (!check_open(problem)) {
        return false;
    }
    const std::int64_t id = ++requests_;
    return std::visit(
        [&](auto& message) {
            const std::int64_t before = std::exchange(message.request_id, id);
            if (transport_->send(message, problem)) {
                return true;
            }
            message.request_id = before;
            return false;
        },
        open_->message);
}

bool Session::check_open(std::string& problem) const {
    std::vector<std::string> needed;
    std::size_t size = 0;
    std::string bundle;
    if (const auto* import = std::get_if<Import>(&open_->message)) {
        const std::pair<bool, const char*> wishes[] = {{import->face > 0, "face"},
                                                       {!import->group.empty(), "group"},
                                                       {!import->locked.empty() || import->mirrored, "locks"},
                                                       {import->variations > 0, "variations"}};
        for (const auto& [wanted, feature] : wishes) {
            if (wanted) {
                needed.emplace_back(feature);
            }
        }
        size = import->photo.size();
        bundle = import->bundle;
    } else {
        const auto& refine = std::get<Refine>(open_->message);
        needed.emplace_back("refine");
        size = refine.photo.size();
        bundle = refine.bundle;
    }
    const std::string& address = options_.transport.address;
    const std::int64_t most = std::min(service_.max_photo_bytes, static_cast<std::int64_t>(limits::kPhotoBytes));
    if (size == 0 || static_cast<std::int64_t>(size) > most) {
        problem = "The photo has " + std::to_string(size) + " bytes; " + address + " accepts 1 to " +
                  std::to_string(most) + ".";
        return false;
    }
    for (const std::string& feature : needed) {
        if (!offers(feature)) {
            problem = "The service at " + address + " does not offer " + feature + " (" + service_.software +
                      "); update it.";
            return false;
        }
    }
    const std::vector<std::string>& known = service_.bundles;
    if (!bundle.empty() && std::find(known.begin(), known.end(), bundle) == known.end()) {
        problem = "The service at " + address + " has no bundle '" + bundle + "'.";
        return false;
    }
    return true;
}

bool Session::check_values(const FloatArray& parameters, const ByteArray* choices, Character& character,
                           std::string& problem) const {
    character.parameters = parameters.values;
    if (choices != nullptr) {
        character.choices = choices->values;
    }
    return check_character(*schema_, character, problem);
}

bool Session::check_variations(const Imported& answer, std::string& problem) const {
    const std::size_t count = answer.variations ? answer.variations->shape[0] : 0;
    const std::size_t wide = schema_->parameters.size();
    const std::size_t choices = schema_->choices.size();
    if (count > 0 && (answer.variations->values.size() != count * wide || !answer.variation_choices ||
                      answer.variation_choices->values.size() != count * choices)) {
        problem = "The answer's variations do not have the character's parameters and choices; import the photo again.";
        return false;
    }
    for (std::size_t row = 0; row < count; ++row) {
        const float* values = answer.variations->values.data() + row * wide;
        const std::uint8_t* options = answer.variation_choices->values.data() + row * choices;
        Character each{{values, values + wide}, {options, options + choices}};
        if (!check_character(*schema_, each, problem)) {
            return false;
        }
    }
    return true;
}

bool Session::check_origin(const std::string& hash, const std::string& digest, std::string& problem) const {
    if (hash != schema_->hash) {
        problem = "The answer is for another character (schema " + hash.substr(0, 12) + " against " +
                  schema_->hash.substr(0, 12) + "); connect again.";
        return false;
    }
    // Services of protocol 1.1 say no digest.
    const bool silent = digest.empty() && service_.protocol.size() == 2 && service_.protocol[1] < 2;
    if (!silent && digest != open_->digest) {
        problem = "The answer is for another photo; import this one again.";
        return false;
    }
    return true;
}

void Session::fail(std::string code, std::string words) {
    SessionEvent event;
    event.kind = SessionEventKind::Failed;
    event.code = std::move(code);
    event.words = std::move(words);
    open_.reset();
    events_.push_back(std::move(event));
}

void Session::refuse(std::string words) {
    transport_.reset();
    joined_ = connecting_ = false;
    refused_ = true;
    reason_ = words;
    if (open_) {
        fail("refused", words);
    }
    SessionEvent event;
    event.kind = SessionEventKind::Refused;
    event.words = std::move(words);
    events_.push_back(std::move(event));
}

std::int64_t Session::open_id() const {
    return std::visit([](const auto& message) { return message.request_id; }, open_->message);
}

}  // namespace facebridge
