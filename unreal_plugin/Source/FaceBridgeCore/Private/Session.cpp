// The session's states: its connection, its greeting and its deadlines.

#include "FaceBridgeCore/Session.h"

#include <algorithm>
#include <random>
#include <utility>

namespace facebridge {
namespace {

std::string random_name() {
    std::random_device source;
    std::string name;
    for (int digit = 0; digit < 16; ++digit) {
        name += "0123456789abcdef"[source() & 0xF];
    }
    return name;
}

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
    for (std::optional<Open>* place : {&open_, &compare_}) {
        if (*place) {
            fail(*place, "cancelled", "The connection was closed before an answer came.");
        }
    }
}

void Session::update() {
    LinkEvent event;
    while (transport_ != nullptr && transport_->poll(event)) {
        handle(event);
    }
    for (std::optional<Open>* place : {&open_, &compare_}) {
        if (!*place || Clock::now() < (*place)->due) {
            continue;
        }
        std::string unused;
        if (joined_) {
            transport_->send(Cancel{(*place)->id()}, unused);
        }
        fail(*place, "deadline",
             joined_ ? "No answer came in time; allow more time, or see the service's log."
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
    send_again(open_, other);
    send_again(compare_, other);
}

void Session::fail(std::optional<Open>& place, std::string code, std::string words) {
    SessionEvent event;
    event.kind = &place == &compare_ ? SessionEventKind::Uncompared : SessionEventKind::Failed;
    event.code = std::move(code);
    event.words = std::move(words);
    place.reset();
    events_.push_back(std::move(event));
}

void Session::refuse(std::string words) {
    transport_.reset();
    joined_ = connecting_ = false;
    refused_ = true;
    reason_ = words;
    for (std::optional<Open>* place : {&open_, &compare_}) {
        if (*place) {
            fail(*place, "refused", words);
        }
    }
    SessionEvent event;
    event.kind = SessionEventKind::Refused;
    event.words = std::move(words);
    events_.push_back(std::move(event));
}

}  // namespace facebridge
