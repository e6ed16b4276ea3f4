// The panel's connection and its tick: what it says of it, and where a character comes from.

#include "FaceBridgeCore/PanelModel.h"

#include <utility>

namespace facebridge {

bool PanelModel::connect(SessionOptions options, std::string& problem) {
    disconnect();
    address_ = options.transport.address;
    session_ = std::make_unique<Session>(std::move(options));
    if (!session_->start(problem)) {
        session_.reset();
        return refuse(problem);
    }
    tell("");
    log_state();
    return true;
}

void PanelModel::disconnect() {
    session_.reset();
    asked_.reset();
    progress_.reset();
    best_.reset();
    compare_kind_.clear();
    comparison_.reset();
    log_state();
}

bool PanelModel::update() {
    bool other = take_files();
    if (session_ == nullptr) {
        return other;
    }
    session_->update();
    SessionEvent event;
    while (session_->next(event)) {
        take(event);
        other = true;
    }
    other = compare_again() || other;
    return log_state() || other;
}

void PanelModel::open_character(Schema schema) {
    editor_ = std::make_unique<Editor>(std::move(schema));
    worn_ = editor_->character();
    forget_photo();
    compare_kind_.clear();
    name_.clear();
    preset_rest_.clear();
    preset_notes_.clear();
}

void PanelModel::forget_photo() {
    read_.reset();
    imported_.reset();
    thumbnails_.clear();
    variations_.clear();
    aligned_.reset();
    preview_.reset();
    comparison_.reset();
    compared_.reset();
}

bool PanelModel::refuse(const std::string& problem) {
    tell(problem, true);
    if (engine_.log != nullptr) {
        engine_.log->write(LogLevel::Warning, problem);
    }
    return false;
}

void PanelModel::tell(std::string words, bool failed) {
    message_ = std::move(words);
    failed_ = failed;
}

// One line whenever the state is another, not one for each step of a search.
bool PanelModel::log_state() {
    const SessionState state = session_ == nullptr ? SessionState::Offline : session_->state();
    const std::string seen = std::to_string(static_cast<int>(state)) +
                             (session_ == nullptr ? "" : session_->reason());
    if (seen == logged_) {
        return false;
    }
    const bool first = logged_.empty();
    logged_ = seen;
    if (engine_.log != nullptr && !(first && session_ == nullptr)) {
        const bool lost = state == SessionState::Refused || (session_ != nullptr && state == SessionState::Offline);
        engine_.log->write(lost ? LogLevel::Warning : LogLevel::Note, status());
    }
    return true;
}

}  // namespace facebridge
