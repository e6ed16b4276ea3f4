// The two bounded queues between a network thread and everybody else.

#pragma once

#include "FaceBridgeCore/Codec.h"
#include "FaceBridgeCore/Transport.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

namespace facebridge {

class Mailbox {
public:
    enum class Put { Taken, NotJoined, Full };

    explicit Mailbox(std::size_t most) : most_(most) {}

    // -- for everybody else -------------------------------------------------------------------------------------------

    Put put(Parts parts) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!joined_ || closed_) {
            return Put::NotJoined;
        }
        if (outgoing_.size() >= most_) {
            return Put::Full;
        }
        outgoing_.push_back(std::move(parts));
        return Put::Taken;
    }

    // How many messages wait to be sent.
    std::size_t waiting() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return outgoing_.size();
    }

    bool take(LinkEvent& event) {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (incoming_.empty()) {
                return false;
            }
            event = std::move(incoming_.front());
            incoming_.pop_front();
        }
        room_.notify_one();
        return true;
    }

    // Nothing is put or taken any more: a full queue then holds the network thread up no longer.
    void close() {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            closed_ = true;
        }
        room_.notify_one();
    }

    // -- for the network thread -----------------------------------------------------------------------------------------

    void join() {
        const std::lock_guard<std::mutex> lock(mutex_);
        joined_ = true;
    }

    // What was put for a peer that is gone is nothing to the next one.
    void part() {
        const std::lock_guard<std::mutex> lock(mutex_);
        joined_ = false;
        outgoing_.clear();
    }

    bool next(Parts& parts) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (outgoing_.empty()) {
            return false;
        }
        parts = std::move(outgoing_.front());
        outgoing_.pop_front();
        return true;
    }

    // Waits while the queue is full: whoever does not poll is not read for, and libzmq's own limit stops the sender.
    void deliver(LinkEvent event) {
        event.received = std::chrono::steady_clock::now();
        std::unique_lock<std::mutex> lock(mutex_);
        room_.wait(lock, [this] { return closed_ || incoming_.size() < most_; });
        if (!closed_) {
            incoming_.push_back(std::move(event));
        }
    }

private:
    const std::size_t most_;
    mutable std::mutex mutex_;
    std::condition_variable room_;
    std::deque<Parts> outgoing_;
    std::deque<LinkEvent> incoming_;
    bool joined_ = false;
    bool closed_ = false;
};

}  // namespace facebridge
