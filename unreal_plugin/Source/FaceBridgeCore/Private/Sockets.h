// libzmq by its C API, because no C++ ABI may be crossed inside an engine: the DEALER, a waker, a received message.

#pragma once

#include "FaceBridgeCore/Codec.h"
#include "FaceBridgeCore/Transport.h"

#include <zmq.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace facebridge {

// A received message, its parts freed together.
class Received {
public:
    Received() = default;
    ~Received();
    Received(const Received&) = delete;
    Received& operator=(const Received&) = delete;

    // False when nothing is there.
    bool receive(void* socket);

    std::vector<PartView> views();

private:
    std::vector<zmq_msg_t> parts_;
};

// The connecting socket. Belongs to one thread at a time.
class DealerSocket {
public:
    // Start connecting; false, with a sentence, for an address or keys that cannot be used.
    bool open(void* context, const TransportOptions& options, std::string& problem);

    // Close; what was written may still be sent for `linger`. Harmless when repeated.
    void close(std::chrono::milliseconds linger);

    // Send all parts; false, with none sent, when the socket is full or closed.
    bool write(const Parts& parts);

    bool read(Received& message) { return socket_ != nullptr && message.receive(socket_); }

    void* handle() const { return socket_; }

private:
    void* socket_ = nullptr;
};

// Ends another thread's zmq_poll.
class Waker {
public:
    bool open(void* context);

    void close();

    // From any thread.
    void wake();

    // The rest is for the thread that polls.
    void clear();
    void* handle() const { return woken_; }

private:
    std::mutex mutex_;  // of `waker_`
    void* waker_ = nullptr;
    void* woken_ = nullptr;
};

// What libzmq says about its last error in this thread.
std::string zmq_words();

}  // namespace facebridge
