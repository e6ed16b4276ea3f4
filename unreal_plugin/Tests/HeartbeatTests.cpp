// The heartbeat's times: when a ping is due, when a peer is given up, and what rhythms it takes from the other side.

#include "Heartbeat.h"

#include <doctest/doctest.h>

#include <limits>

using facebridge::Heartbeat;
using std::chrono::milliseconds;
using Verdict = Heartbeat::Verdict;

namespace {

const Heartbeat::Time kStart = Heartbeat::Time(std::chrono::hours(1));

}  // namespace

TEST_CASE("a hello that is not answered in time is told from one that is") {
    Heartbeat heartbeat(milliseconds(500));
    CHECK(heartbeat.judge(kStart) == Verdict::Well);
    heartbeat.greet(kStart);
    CHECK(heartbeat.due() == kStart + milliseconds(500));
    CHECK(heartbeat.judge(kStart + milliseconds(499)) == Verdict::Well);
    CHECK(heartbeat.judge(kStart + milliseconds(500)) == Verdict::Unwelcome);
}

TEST_CASE("pings are due at the beat, and silence is counted from the last word") {
    Heartbeat heartbeat(milliseconds(500));
    heartbeat.greet(kStart);
    heartbeat.welcome(kStart, 100, 300);
    CHECK(heartbeat.judge(kStart + milliseconds(99)) == Verdict::Well);
    CHECK(heartbeat.judge(kStart + milliseconds(100)) == Verdict::PingDue);
    heartbeat.ping(kStart + milliseconds(100));
    CHECK(heartbeat.judge(kStart + milliseconds(150)) == Verdict::Well);
    heartbeat.hear(kStart + milliseconds(150));
    CHECK(heartbeat.judge(kStart + milliseconds(449)) == Verdict::PingDue);
    CHECK(heartbeat.judge(kStart + milliseconds(450)) == Verdict::Silent);
    heartbeat.part();
    CHECK(heartbeat.judge(kStart + std::chrono::hours(10)) == Verdict::Well);
}

TEST_CASE("a rhythm that no clock can keep is brought within one that it can") {
    Heartbeat heartbeat(milliseconds(500));
    heartbeat.welcome(kStart, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max());
    CHECK(heartbeat.due() == kStart + std::chrono::hours(24));
    heartbeat.welcome(kStart, 0, 0);
    CHECK(heartbeat.due() == kStart + milliseconds(50));
    CHECK(heartbeat.allowance() == milliseconds(50));
}
