// The thread behind Transport: greets, sends, reads, keeps the heartbeat, and connects again after a loss.

#pragma once

#include "Heartbeat.h"
#include "Mailbox.h"
#include "Sockets.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace facebridge {

// Owned by its thread too, so that a name server that hangs inside libzmq holds up this thread and nobody else.
class TransportThread : public std::enable_shared_from_this<TransportThread> {
public:
    explicit TransportThread(TransportOptions options);
    ~TransportThread();

    bool begin(std::string& problem);
    bool put(const Message& message, std::string& problem);
    bool take(LinkEvent& event) { return mailbox_.take(event); }
    std::size_t waiting() const { return mailbox_.waiting(); }

    // Ask for the end: what was put is sent, then a goodbye, for a short time only. Returns at once.
    void part(const std::string& reason);

    bool ended() const { return ended_; }

    // Part, and wait for the end within what `Transport::stop` promises.
    void end();

private:
    using Clock = std::chrono::steady_clock;

    void run();
    void turn();
    void connect_again();
    void greet();
    void send_queued();
    void flush();
    void read_all();
    void handle(Message& message);
    void keep_alive();
    void reply(const Message& message);
    void lose(std::string words, bool goodbye = false);
    void refuse(std::string words);
    void leave();
    void say_goodbye();
    void close();

    const TransportOptions options_;
    Mailbox mailbox_;
    Waker waker_;
    std::thread thread_;
    std::atomic<bool> closing_{false};
    std::atomic<bool> ended_{false};
    std::mutex ending_;  // of `reason_`, and of waiting for `ended_`
    std::condition_variable end_;
    std::string reason_ = "stopped";

    // The thread's own.
    void* context_ = nullptr;
    DealerSocket socket_;
    Heartbeat heartbeat_;
    std::deque<Parts> unsent_;  // taken from the mailbox, but the socket was full
    bool connected_ = true;
    bool over_ = false;
    Clock::time_point retry_at_;
    std::chrono::milliseconds pause_;
    std::int64_t pings_ = 0;
};

}  // namespace facebridge
