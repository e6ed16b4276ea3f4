// The connecting end of the wire: one worker thread owns the socket; a queue each way joins it to everybody else.

#pragma once

#include "FaceBridgeCore/Export.h"
#include "FaceBridgeCore/Messages.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace facebridge {

// CURVE keys as 40 Z85 characters each: the binding side's public key, and our own pair.
struct CurveKeys {
    std::string server;
    std::string public_key;
    std::string secret_key;
};

struct TransportOptions {
    std::string address;  // tcp://HOST:PORT; beyond loopback it needs keys
    std::optional<CurveKeys> keys;
    Hello hello;  // its instance must not be empty; it is said again after every loss
    std::chrono::milliseconds welcome{10'000};  // how long an answer to hello is waited for
    std::chrono::milliseconds first_pause{250};  // before connecting again after a loss; doubled up to `longest_pause`
    std::chrono::milliseconds longest_pause{5'000};
    std::size_t queue_messages = 1024;  // each way; a full outgoing queue refuses, a full incoming one stops reading
};

enum class LinkEventKind {
    Joined,    // `message` is a Welcome. Whatever was asked before is unknown to the other side.
    Received,  // `message` is anything else
    Lost,      // `words` say why; the transport connects again by itself
    Refused,   // `words` are the other side's; nothing is tried again until `start` is called anew
};

struct LinkEvent {
    LinkEventKind kind;
    Message message;
    std::string words;
    bool goodbye = false;  // of Lost: the other side left on purpose
    std::chrono::steady_clock::time_point received{};
};

class TransportThread;

// Connects, greets, keeps the heartbeat and connects again. Methods may be called from any one thread at a time; none
// of them blocks on the network, and none throws.
class FACEBRIDGECORE_API Transport {
public:
    explicit Transport(TransportOptions options);
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    // Start the worker thread; false, with a sentence, for an address or keys that cannot be used.
    bool start(std::string& problem);

    // Queue a message for sending; false, with a sentence, while not joined, when the queue is full, or for a message
    // that the wire cannot carry.
    bool send(const Message& message, std::string& problem);

    // How many messages were accepted and wait for the network.
    std::size_t waiting() const;

    // The next thing that happened; false when there is none.
    bool poll(LinkEvent& event);

    // Have what was accepted sent, as far as the network takes it at once, and say goodbye for this reason. Returns at
    // once; nothing is sent or read from then on.
    void part(const std::string& reason);

    // Whether the thread is at its end: after `part`, after a refusal, or never started.
    bool ended() const;

    // Part if that was not done, and end the thread: within 200 ms, whatever the network does. Harmless when repeated.
    void stop();

private:
    TransportOptions options_;
    std::shared_ptr<TransportThread> thread_;
};

// Whether an address names this machine only, so that it needs no keys.
FACEBRIDGECORE_API bool is_loopback(const std::string& address);

}  // namespace facebridge
