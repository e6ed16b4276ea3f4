// The turns of the network thread: see docs/protocol.md, sections 1 to 3, for what each line of it promises.

#include "TransportThread.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>
#include <vector>

namespace facebridge {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestPoll{250};
// The end in parts: sending what was accepted, then a closing socket's bye. Who stops waits for both and a little more.
constexpr milliseconds kLastWords{60};
constexpr milliseconds kLinger{60};
constexpr milliseconds kPatience{150};

}  // namespace

TransportThread::TransportThread(TransportOptions options)
    : options_(std::move(options)),
      mailbox_(options_.queue_messages),
      heartbeat_(options_.welcome),
      pause_(options_.first_pause) {}

TransportThread::~TransportThread() { close(); }

bool TransportThread::begin(std::string& problem) {
    context_ = zmq_ctx_new();
    if (context_ == nullptr || !waker_.open(context_)) {
        problem = "The transport cannot start (" + zmq_words() + ").";
        return false;
    }
    if (!socket_.open(context_, options_, problem)) {
        return false;
    }
    try {
        thread_ = std::thread([self = shared_from_this()] { self->run(); });
    } catch (const std::system_error& error) {
        problem = std::string("The transport cannot start a thread (") + error.what() + ").";
        return false;
    }
    return true;
}

bool TransportThread::put(const Message& message, std::string& problem) {
    Parts parts;
    if (!encode(message, parts, problem)) {
        return false;
    }
    switch (mailbox_.put(std::move(parts))) {
        case Mailbox::Put::NotJoined:
            problem = options_.address + " is not connected; wait until it is.";
            return false;
        case Mailbox::Put::Full:
            problem = options_.address + " does not read its messages: " + std::to_string(options_.queue_messages) + " wait.";
            return false;
        case Mailbox::Put::Taken:
            break;
    }
    waker_.wake();
    return true;
}

void TransportThread::part(const std::string& reason) {
    {
        const std::lock_guard<std::mutex> lock(ending_);
        if (!closing_) {
            reason_ = reason;
        }
    }
    closing_ = true;
    mailbox_.close();
    waker_.wake();
}

void TransportThread::end() {
    if (!thread_.joinable()) {
        return;
    }
    part("stopped");
    bool in_time = false;
    {
        std::unique_lock<std::mutex> lock(ending_);
        in_time = end_.wait_for(lock, kPatience, [this] { return ended_.load(); });
    }
    if (in_time) {
        thread_.join();
    } else {
        thread_.detach();  // it owns all that it touches, and ends when libzmq lets it
    }
}

void TransportThread::run() {
    try {
        greet();
        while (!closing_ && !over_) {
            turn();
        }
        say_goodbye();
    } catch (const std::exception& error) {  // such as a lack of memory
        refuse(std::string("The connection broke down (") + error.what() + ").");
    }
    close();
    {
        const std::lock_guard<std::mutex> lock(ending_);
        ended_ = true;
    }
    end_.notify_all();
}

void TransportThread::turn() {
    const Clock::time_point now = Clock::now();
    const Clock::time_point due = std::min(now + kLongestPoll, connected_ ? heartbeat_.due() : retry_at_);
    const auto left = std::chrono::duration_cast<milliseconds>(due - now).count() + 1;
    zmq_pollitem_t items[2] = {
        {waker_.handle(), 0, ZMQ_POLLIN, 0},
        {socket_.handle(), 0, static_cast<short>(ZMQ_POLLIN | (unsent_.empty() ? 0 : ZMQ_POLLOUT)), 0}};
    zmq_poll(items, connected_ ? 2 : 1, left > 0 ? static_cast<long>(left) : 0);
    waker_.clear();
    if (!connected_) {
        connect_again();
        return;
    }
    send_queued();
    read_all();
    keep_alive();
}

void TransportThread::connect_again() {
    if (Clock::now() < retry_at_) {
        return;
    }
    std::string problem;
    connected_ = socket_.open(context_, options_, problem);
    if (connected_) {
        greet();
    } else {
        lose(problem);  // such as no free file descriptor: it may pass
    }
}

// What was put for a peer that does not know us is nothing to it.
void TransportThread::greet() {
    unsent_.clear();
    mailbox_.part();
    heartbeat_.greet(Clock::now());
    Parts parts;
    std::string problem;
    if (!encode(options_.hello, parts, problem)) {
        refuse(problem);
        return;
    }
    unsent_.push_back(std::move(parts));
    flush();
}

// One at a time: what a full socket does not take stays in the queue that is bounded.
void TransportThread::send_queued() {
    flush();
    Parts parts;
    while (unsent_.empty() && mailbox_.next(parts)) {
        unsent_.push_back(std::move(parts));
        flush();
    }
}

void TransportThread::flush() {
    while (!unsent_.empty() && socket_.write(unsent_.front())) {
        unsent_.pop_front();
    }
}

void TransportThread::read_all() {
    while (connected_ && !closing_ && !over_) {
        Received received;
        if (!socket_.read(received)) {
            return;
        }
        heartbeat_.hear(Clock::now());
        Message message;
        Refusal refusal;
        const std::vector<PartView> views = received.views();
        if (decode(views.data(), views.size(), message, refusal)) {
            handle(message);
        } else if (refusal.code == "protocol") {
            refuse(refusal.words);
        } else if (refusal.code == "unknown-kind" || refusal.request_id != 0) {
            reply(Error{refusal.request_id, refusal.code, refusal.words});
        }
    }
}

void TransportThread::handle(Message& message) {
    if (const auto* welcome = std::get_if<Welcome>(&message)) {
        pause_ = options_.first_pause;
        heartbeat_.welcome(Clock::now(), welcome->heartbeat_ms, welcome->allowance_ms);
        mailbox_.join();
        mailbox_.deliver({LinkEventKind::Joined, std::move(message), ""});
    } else if (const auto* reject = std::get_if<Reject>(&message)) {
        if (reject->code != "hello-first") {
            refuse(reject->reason);
        } else if (!heartbeat_.greeting()) {  // several of our messages may each have been answered so
            greet();
        }
    } else if (const auto* bye = std::get_if<Bye>(&message)) {
        lose(options_.address + " said goodbye: " + (bye->reason.empty() ? "no reason given" : bye->reason) + ".", true);
    } else if (!std::holds_alternative<Pong>(message)) {
        mailbox_.deliver({LinkEventKind::Received, std::move(message), ""});
    }
}

void TransportThread::keep_alive() {
    if (!connected_ || over_) {
        return;
    }
    switch (heartbeat_.judge(Clock::now())) {
        case Heartbeat::Verdict::Well:
            break;
        case Heartbeat::Verdict::PingDue:
            heartbeat_.ping(Clock::now());
            if (unsent_.empty()) {  // else what waits is a sign of life too
                reply(Ping{++pings_});
            }
            break;
        case Heartbeat::Verdict::Unwelcome:
            lose("No welcome came from " + options_.address + "; check that a service runs there, its port and keys.");
            break;
        case Heartbeat::Verdict::Silent:
            lose("Nothing was heard from " + options_.address + " for " + std::to_string(heartbeat_.allowance().count()) +
                 " ms; it died or is unreachable.");
            break;
    }
}

void TransportThread::reply(const Message& message) {
    Parts parts;
    std::string problem;
    if (encode(message, parts, problem)) {
        unsent_.push_back(std::move(parts));
        flush();
    }
}

// Closes the connection and makes a new one after a pause.
void TransportThread::lose(std::string words, bool goodbye) {
    leave();
    retry_at_ = Clock::now() + pause_;
    pause_ = std::min(pause_ * 2, options_.longest_pause);
    mailbox_.deliver({LinkEventKind::Lost, Message{}, std::move(words), goodbye});
}

void TransportThread::refuse(std::string words) {
    leave();
    over_ = true;
    mailbox_.deliver({LinkEventKind::Refused, Message{}, std::move(words)});
}

void TransportThread::leave() {
    socket_.close(milliseconds(0));
    connected_ = false;
    heartbeat_.part();
    unsent_.clear();
    mailbox_.part();
}

// Frames and credits that were accepted go out before the bye, as far as the network takes them at once.
void TransportThread::say_goodbye() {
    if (!heartbeat_.welcomed()) {
        return;
    }
    const Clock::time_point due = Clock::now() + kLastWords;
    send_queued();
    while (!unsent_.empty() && Clock::now() < due) {
        zmq_pollitem_t item{socket_.handle(), 0, ZMQ_POLLOUT, 0};
        zmq_poll(&item, 1, 5);
        send_queued();
    }
    std::string reason;
    {
        const std::lock_guard<std::mutex> lock(ending_);
        reason = reason_;
    }
    unsent_.clear();
    reply(Bye{reason});
}

void TransportThread::close() {
    socket_.close(unsent_.empty() ? kLinger : milliseconds(0));  // who took nothing until now will not in a moment
    waker_.close();
    if (context_ != nullptr) {
        zmq_ctx_term(std::exchange(context_, nullptr));
    }
}

}  // namespace facebridge
