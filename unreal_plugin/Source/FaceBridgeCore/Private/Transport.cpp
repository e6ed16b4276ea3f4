// The public face of the network thread: what needs no socket is refused here.

#include "FaceBridgeCore/Transport.h"

#include "TransportThread.h"

#include <utility>

namespace facebridge {

bool is_loopback(const std::string& address) {
    return address.rfind("tcp://127.", 0) == 0 || address.rfind("tcp://[::1]:", 0) == 0 ||
           address.rfind("tcp://localhost:", 0) == 0;
}

Transport::Transport(TransportOptions options) : options_(std::move(options)) {}

Transport::~Transport() { stop(); }

bool Transport::start(std::string& problem) {
    stop();
    if (!is_loopback(options_.address) && !options_.keys.has_value()) {
        problem = "Refusing to connect to " + options_.address +
                  " without keys: other machines can listen; use 127.0.0.1, or keys from `facebridge keys new`.";
        return false;
    }
    thread_ = std::make_shared<TransportThread>(options_);
    if (!thread_->begin(problem)) {
        thread_.reset();
        return false;
    }
    return true;
}

bool Transport::send(const Message& message, std::string& problem) {
    if (thread_ == nullptr) {
        problem = "The transport is not started.";
        return false;
    }
    return thread_->put(message, problem);
}

std::size_t Transport::waiting() const { return thread_ == nullptr ? 0 : thread_->waiting(); }

bool Transport::poll(LinkEvent& event) { return thread_ != nullptr && thread_->take(event); }

void Transport::part(const std::string& reason) {
    if (thread_ != nullptr) {
        thread_->part(reason);
    }
}

bool Transport::ended() const { return thread_ == nullptr || thread_->ended(); }

void Transport::stop() {
    if (thread_ != nullptr) {
        thread_->end();
        thread_.reset();
    }
}

}  // namespace facebridge
