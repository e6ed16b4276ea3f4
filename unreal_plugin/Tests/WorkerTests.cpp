// The capture worker against docs/protocol.md, section 4: what it answers to good, bad, late and unwanted jobs.

#include "WorkerBench.h"

#include <cstring>
#include <limits>
#include <set>

using namespace facebridge;

TEST_CASE("an engine says what it is and what it takes") {
    WorkerBench bench;
    const Hello hello = bench.greet();
    CHECK(hello.role == "engine");
    CHECK(hello.engine == "test");
    CHECK(hello.credit == 2);
    CHECK(hello.max_job_samples == 4);
    CHECK(*hello.schema == bytes_of(kSchemaText));
    CHECK(hello.schema_hash == sha256(hello.schema->data(), hello.schema->size()));
}

TEST_CASE("every sample comes back with its index and the digest of what was received, and then the credit") {
    WorkerBench bench;
    bench.greet();
    Job job = WorkerBench::job(5, 3);
    job.parameters.values[4 + 2] = -0.0f;  // its bytes count, not its value
    bench.coordinator.send(job);
    bench.tick_until([&] { return bench.renderer.begun.size() == 3; });
    CHECK(bench.renderer.begun[1].character.parameters == std::vector<float>{0, 0, 0, 1});
    bench.renderer.draw_all();
    std::set<std::int64_t> indices;
    for (int count = 0; count < 3; ++count) {
        const Frame frame = bench.next<Frame>();
        CHECK(frame.request_id == 5);
        indices.insert(frame.index);
        Bytes bytes(17);
        std::memcpy(bytes.data(), &job.parameters.values[static_cast<std::size_t>(frame.index - 100) * 4], 16);
        bytes[16] = 1;
        CHECK(frame.sha256 == sha256(bytes.data(), bytes.size()));
        CHECK(frame.pixels.shape == std::vector<std::uint32_t>{8, 8, 3});
    }
    CHECK(indices == std::set<std::int64_t>{100, 101, 102});
    CHECK(bench.next<Credit>().jobs == 1);
    CHECK(bench.worker.counts().frames == 3);
}

TEST_CASE("a bad value fails its sample naming the parameter and spares the others") {
    WorkerBench bench;
    bench.greet();
    Job job = WorkerBench::job(1, 4);
    job.parameters.values[2] = std::numeric_limits<float>::quiet_NaN();
    job.parameters.values[4 + 3] = -0.5f;
    job.choices.values[2] = 9;
    bench.coordinator.send(job);
    const char* named[] = {"nose.width", "skin.gloss", "hair.style"};
    for (std::int64_t row = 0; row < 3; ++row) {
        const Fail fail = bench.next<Fail>();
        CHECK(fail.index == 100 + row);
        CHECK(fail.code == "parameters");
        CHECK_MESSAGE(fail.reason.find(named[row]) != std::string::npos, fail.reason);
    }
    bench.tick_until([&] { return bench.renderer.begun.size() == 1; });
    bench.renderer.draw_all();
    CHECK(bench.next<Frame>().index == 103);
    bench.next<Credit>();
}

TEST_CASE("a job outside the limits fails in words and returns its credit") {
    WorkerBench bench;
    bench.greet();
    const auto refused = [&](const Job& job, const char* code, const std::string& words) {
        bench.coordinator.send(job);
        for (std::size_t sample = 0; sample < job.indices.size(); ++sample) {
            const Fail fail = bench.next<Fail>();
            CHECK(fail.code == code);
            CHECK_MESSAGE(fail.reason.find(words) != std::string::npos, fail.reason);
        }
        CHECK(bench.next<Credit>().jobs == 1);
    };
    Job job = WorkerBench::job(1);
    job.image_px = 0;
    refused(job, "limits", "image_px is 0; 1 to 2048");
    job.image_px = 2049;
    refused(job, "limits", "image_px is 2049");
    refused(WorkerBench::job(1, 5), "limits", "5 samples; 1 to 4");
    refused(WorkerBench::job(1, 0), "limits", "");
    job = WorkerBench::job(1, 2);
    job.indices = {7, 7};
    refused(job, "limits", "an index twice");
    job = WorkerBench::job(1, 2);
    job.parameters = {{1, 8}, job.parameters.values};
    refused(job, "limits", "2 x 4");
    job = WorkerBench::job(1);
    job.choices = {{1, 0}, {}};
    refused(job, "limits", "1 x 1");
    job = WorkerBench::job(1);
    job.scene = {{"yaw_deg", 20}};
    refused(job, "scene", "yaw_deg");
    job.scene.clear();
    job.truth = {"depth"};
    refused(job, "scene", "depth");
    CHECK(bench.renderer.begun.empty());
}

TEST_CASE("a job beyond the credit fails at once and costs the others nothing") {
    WorkerOptions options = WorkerBench::options();
    options.credit = 1;
    WorkerBench bench(options);
    bench.greet();
    bench.coordinator.send(WorkerBench::job(1));
    bench.coordinator.send(WorkerBench::job(2));
    const Fail fail = bench.next<Fail>();
    CHECK(fail.request_id == 2);
    CHECK(fail.code == "limits");
    CHECK(fail.reason.find("its credit") != std::string::npos);
    bench.next<Credit>();
    bench.renderer.draw_all();
    CHECK(bench.next<Frame>().request_id == 1);
}

TEST_CASE("as many samples are begun as the renderer takes, of several jobs at once") {
    WorkerBench bench;
    bench.renderer.places = 6;
    bench.greet();
    bench.coordinator.send(WorkerBench::job(1, 4));
    bench.coordinator.send(WorkerBench::job(2, 4));
    bench.tick_until([&] { return bench.renderer.begun.size() == 6; });
    bench.worker.tick();
    CHECK(bench.renderer.begun.size() == 6);
    std::set<std::int64_t> tickets;
    for (const RenderRequest& request : bench.renderer.begun) {
        tickets.insert(request.ticket);
    }
    CHECK(tickets.size() == 6);
    bench.renderer.draw_all();
    std::set<std::pair<std::int64_t, std::int64_t>> answered;
    for (int count = 0; count < 6; ++count) {
        const Frame frame = bench.next<Frame>();
        answered.insert({frame.request_id, frame.index});
        if (answered.size() == 4) {
            break;
        }
    }
    bench.tick_until([&] { return bench.renderer.begun.size() == 2; });
    CHECK(answered.size() == 4);
}

TEST_CASE("a sample that cannot be drawn fails in the renderer's words") {
    WorkerBench bench;
    bench.greet();
    bench.coordinator.send(WorkerBench::job(1, 3));
    bench.tick_until([&] { return bench.renderer.begun.size() == 3; });
    RenderResult folded;
    folded.ticket = bench.renderer.begun[0].ticket;
    folded.words = "The mesh folded over.";
    RenderResult small = HeldBack::picture_of(bench.renderer.begun[1]);
    small.pixels = {{4, 4, 3}, std::vector<std::uint8_t>(48)};
    RenderResult garbled;
    garbled.ticket = bench.renderer.begun[2].ticket;
    garbled.words = "\xff\xfe";
    bench.renderer.drawn = {folded, small, garbled};
    CHECK(bench.next<Fail>().reason == "The mesh folded over.");
    CHECK(bench.next<Fail>().reason.find("another size") != std::string::npos);
    const Fail last = bench.next<Fail>();
    CHECK(last.index == 102);
    CHECK(last.code == "engine");
    bench.next<Credit>();
}

TEST_CASE("pictures that nobody asked for are counted and dropped") {
    WorkerBench bench;
    bench.greet();
    RenderResult stray;
    bench.renderer.drawn = {stray, stray};  // ticket 0 is nobody's
    bench.coordinator.send(WorkerBench::job(1));
    bench.tick_until([&] { return bench.renderer.begun.size() == 1; });
    const RenderResult once = HeldBack::picture_of(bench.renderer.begun[0]);
    bench.renderer.drawn = {once, once};
    CHECK(bench.next<Frame>().index == 100);
    bench.next<Credit>();
    bench.tick_until([&] { return bench.worker.counts().late == 3; });
    CHECK(bench.worker.counts().frames == 1);
}
