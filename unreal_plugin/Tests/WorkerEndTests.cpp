// How the capture worker's work ends: passed deadlines, hung renders, drains, losses, and leaving with words.

#include "WorkerBench.h"

using namespace facebridge;
using std::chrono::milliseconds;

TEST_CASE("a passed deadline fails the samples, and the late pictures are dropped before the credit returns") {
    WorkerBench bench;
    bench.renderer.places = 1;
    bench.greet();
    bench.coordinator.send(WorkerBench::job(1, 2, 50));
    bench.tick_until([&] { return bench.renderer.begun.size() == 1; });
    for (std::int64_t index : {100, 101}) {
        const Fail fail = bench.next<Fail>();
        CHECK(fail.index == index);
        CHECK(fail.code == "deadline");
        CHECK(fail.reason.find("50 ms") != std::string::npos);
    }
    Message early;
    CHECK_FALSE(bench.coordinator.receive_within(early, milliseconds(20)));
    bench.renderer.draw_all();
    bench.next<Credit>();
    CHECK(bench.renderer.begun.empty());  // the other sample was not even begun
    CHECK(bench.worker.counts().frames == 0);
    CHECK(bench.worker.counts().fails == 2);
    CHECK(bench.worker.counts().late == 1);
}

TEST_CASE("a deadline counts from the receipt, not from when the worker came to look") {
    WorkerBench bench;
    bench.greet();
    bench.coordinator.send(WorkerBench::job(1, 1, 100));
    std::this_thread::sleep_for(milliseconds(200));
    CHECK(bench.next<Fail>().code == "deadline");
    CHECK(bench.renderer.begun.empty());
}

TEST_CASE("a render that does not come back ends the worker in words") {
    WorkerOptions options = WorkerBench::options();
    options.hang = milliseconds(50);
    WorkerBench bench(options);
    bench.greet();
    bench.coordinator.send(WorkerBench::job(1, 1, 20));
    CHECK(bench.next<Fail>().code == "deadline");
    const Bye bye = bench.next<Bye>();
    CHECK(bye.reason.find("did not come back") != std::string::npos);
    bench.tick_until([&] { return bench.worker.over(); });
    CHECK(bench.worker.state() == WorkerState::Hung);
    CHECK(bench.worker.words() == bye.reason);
}

TEST_CASE("a drained worker finishes what it holds, takes nothing new, and leaves") {
    WorkerBench bench;
    bench.greet();
    bench.coordinator.send(WorkerBench::job(1, 4));
    bench.coordinator.send(Drain{"done"});
    bench.coordinator.send(WorkerBench::job(2));
    const Fail fail = bench.next<Fail>();
    CHECK(fail.request_id == 2);
    CHECK(fail.reason.find("draining") != std::string::npos);
    bench.next<Credit>();
    bench.renderer.draw_all();
    for (int count = 0; count < 4; ++count) {
        bench.next<Frame>();
    }
    bench.next<Credit>();
    CHECK(bench.next<Bye>().reason == "drained");
    bench.tick_until([&] { return bench.worker.over(); });
    CHECK(bench.worker.state() == WorkerState::Drained);
}

TEST_CASE("a coordinator that says goodbye ends the worker in good order") {
    WorkerBench bench;
    bench.greet();
    bench.coordinator.send(Bye{"all shards are full"});
    bench.tick_until([&] { return bench.worker.over(); });
    CHECK(bench.worker.state() == WorkerState::Drained);
    CHECK(bench.worker.words().find("all shards are full") != std::string::npos);
}

TEST_CASE("a worker that does not fit is refused in the coordinator's words") {
    WorkerBench bench;
    bench.next<Hello>();
    bench.coordinator.send(Reject{"schema", "This dataset is of another character."});
    bench.tick_until([&] { return bench.worker.over(); });
    CHECK(bench.worker.state() == WorkerState::Refused);
    CHECK(bench.worker.words() == "This dataset is of another character.");
}

TEST_CASE("a new coordinator gets none of the old one's pictures") {
    WorkerBench bench;
    bench.greet();
    bench.coordinator.send(WorkerBench::job(1));
    bench.tick_until([&] { return bench.renderer.begun.size() == 1; });
    const RenderRequest old = bench.renderer.begun[0];
    const std::string address = bench.coordinator.address;
    bench.coordinator.shut();
    bench.coordinator.open(address);
    // Its pings tell the new one that somebody is there who never said hello.
    bench.tick_until([&] {
        Message message;
        const bool known = bench.coordinator.receive_within(message, milliseconds(1));
        if (bench.coordinator.pings > 0 && !known) {
            bench.coordinator.pings = 0;
            bench.coordinator.send(Reject{"hello-first", "Who are you?"});
        }
        return known && std::holds_alternative<Hello>(message);
    });
    bench.coordinator.send(Welcome{});
    bench.coordinator.send(WorkerBench::job(9));
    bench.tick_until([&] { return bench.renderer.begun.size() == 2; });
    bench.renderer.draw_all();
    CHECK(bench.next<Frame>().request_id == 9);
    bench.next<Credit>();
    CHECK(bench.worker.counts().late == 1);
    CHECK(old.ticket != 0);
}

TEST_CASE("a message that is not for engines is answered, and an error is not") {
    WorkerBench bench;
    bench.greet();
    bench.coordinator.send(Error{0, "malformed", "something you sent"});
    bench.coordinator.send(Credit{1});
    const Error answer = bench.next<Error>();
    CHECK(answer.code == "unknown-kind");
    CHECK(answer.message == "An engine has no use for 'credit'.");
}

TEST_CASE("a worker that leaves fails what it holds in its words, and says them as its goodbye") {
    WorkerBench bench;
    bench.renderer.places = 1;
    bench.greet();
    bench.coordinator.send(WorkerBench::job(1, 2));
    bench.tick_until([&] { return bench.renderer.begun.size() == 1; });
    bench.worker.leave("The self-test failed: two characters gave one picture.");
    for (int count = 0; count < 2; ++count) {
        const Fail fail = bench.next<Fail>();
        CHECK(fail.code == "engine");
        CHECK(fail.reason == "The self-test failed: two characters gave one picture.");
    }
    CHECK(bench.next<Bye>().reason == "The self-test failed: two characters gave one picture.");
    bench.tick_until([&] { return bench.worker.over(); });
    CHECK(bench.worker.state() == WorkerState::Left);
    CHECK(bench.worker.words() == "The self-test failed: two characters gave one picture.");
}

TEST_CASE("a worker that holds nothing tells its words at the next job, even when it is not welcomed yet") {
    WorkerBench bench;
    bench.worker.leave("The grey card is 40 of 255 too dark.");
    bench.next<Hello>();
    bench.coordinator.send(Welcome{});
    bench.coordinator.send(WorkerBench::job(1));
    CHECK(bench.next<Fail>().reason == "The grey card is 40 of 255 too dark.");
    CHECK(bench.next<Bye>().reason == "The grey card is 40 of 255 too dark.");
    CHECK(bench.renderer.begun.empty());
}

TEST_CASE("a worker that nobody gives a job leaves all the same") {
    WorkerOptions options = WorkerBench::options();
    options.notice = milliseconds(50);
    WorkerBench bench(options);
    bench.greet();
    bench.worker.leave("The self-test failed.");
    CHECK(bench.next<Bye>().reason == "The self-test failed.");
    bench.tick_until([&] { return bench.worker.over(); });
    CHECK(bench.worker.state() == WorkerState::Left);
}

TEST_CASE("a worker's limits must be ones that the wire can hold") {
    WorkerOptions options = WorkerBench::options();
    options.link.address = "tcp://127.0.0.1:9";
    HeldBack renderer;
    std::string problem;
    options.max_image_px = 5'000;
    CHECK_FALSE(Worker(options, tiny_schema(), renderer).start(problem));
    CHECK(problem.find("1 to 4096 px") != std::string::npos);
    options.max_image_px = 256;
    options.instance.clear();
    CHECK_FALSE(Worker(options, tiny_schema(), renderer).start(problem));
}
