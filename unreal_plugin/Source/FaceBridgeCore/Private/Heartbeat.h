// When to ping and when to give the other side up: times alone, no socket, so that tests need not wait.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace facebridge {

class Heartbeat {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Milliseconds = std::chrono::milliseconds;

    enum class Verdict {
        Well,
        PingDue,
        Unwelcome,  // hello was not answered in time
        Silent,     // a welcomed peer was not heard for the allowance
    };

    explicit Heartbeat(Milliseconds welcome_within) : welcome_within_(welcome_within) {}

    // Hello was said.
    void greet(Time now) {
        phase_ = Phase::Greeting;
        greeted_at_ = heard_at_ = now;
    }

    // The rhythm is the other side's, within what a clock can add: 50 ms to a day.
    void welcome(Time now, std::int64_t beat_ms, std::int64_t allowance_ms) {
        constexpr std::int64_t fastest = 50;
        constexpr std::int64_t slowest = 86'400'000;
        phase_ = Phase::Welcomed;
        heard_at_ = pinged_at_ = now;
        beat_ = Milliseconds(std::clamp(beat_ms, fastest, slowest));
        allowance_ = Milliseconds(std::clamp<std::int64_t>(allowance_ms, beat_.count(), slowest));
    }

    void hear(Time now) { heard_at_ = now; }
    void ping(Time now) { pinged_at_ = now; }
    void part() { phase_ = Phase::Apart; }

    bool greeting() const { return phase_ == Phase::Greeting; }
    bool welcomed() const { return phase_ == Phase::Welcomed; }
    Milliseconds allowance() const { return allowance_; }

    // When the verdict can change next.
    Time due() const {
        switch (phase_) {
            case Phase::Greeting:
                return greeted_at_ + welcome_within_;
            case Phase::Welcomed:
                return std::min(pinged_at_ + beat_, heard_at_ + allowance_);
            case Phase::Apart:
                break;
        }
        return Time::max();
    }

    Verdict judge(Time now) const {
        if (now < due()) {
            return Verdict::Well;
        }
        if (phase_ == Phase::Greeting) {
            return Verdict::Unwelcome;
        }
        return now - heard_at_ >= allowance_ ? Verdict::Silent : Verdict::PingDue;
    }

private:
    enum class Phase { Apart, Greeting, Welcomed };

    Phase phase_ = Phase::Apart;
    Milliseconds welcome_within_;
    Milliseconds beat_{1'000};
    Milliseconds allowance_{15'000};
    Time greeted_at_, heard_at_, pinged_at_;
};

}  // namespace facebridge
