// facebridge-panel: the panel's view-model on the command line, for tests and for users without Unreal.
//
//   facebridge-panel [COMMAND ...]      each argument is a command; without any, each line of the standard input is
//
//   connect tcp://HOST:PORT   schema FILE          a service, or a character's schema to edit without one
//   import FILE   face N   refine STEPS            go on at once; the next command waits for them, but for these two:
//   progress   cancel                              wait for a refine's first progress; give up what is under way
//   list [GROUP]   status   search TEXT            what the panel shows
//   set NAME VALUE   reset TARGET   mirror on|off  lock TARGET   unlock TARGET   undo   redo
//   save FILE   load FILE   quit                   presets
//
// The exit code is 1 as soon as something failed, after one sentence on the standard error.

#include "FaceBridgeCore/PanelModel.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>
#include <thread>

using namespace facebridge;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kTick{5};

bool read_file(const std::string& path, Bytes& bytes, std::string& problem) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        problem = "Cannot read " + path + ".";
        return false;
    }
    bytes.assign(std::istreambuf_iterator<char>(file), {});
    return true;
}

bool write_file(const std::string& path, const Bytes& bytes, std::string& problem) {
    const std::string half = path + ".part";  // a crash leaves no half-written preset under its name
    std::ofstream file(half, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    std::error_code error;
    if (file) {
        std::filesystem::rename(half, path, error);
    }
    if (!file || error) {
        std::remove(half.c_str());
        problem = "Cannot write " + path + ".";
        return false;
    }
    return true;
}

std::string first_word(std::string& line) {
    const std::size_t from = line.find_first_not_of(" \t");
    const std::size_t end = from == std::string::npos ? from : line.find_first_of(" \t", from);
    const std::string word = from == std::string::npos ? "" : line.substr(from, end - from);
    const std::size_t rest = end == std::string::npos ? end : line.find_first_not_of(" \t", end);
    line = rest == std::string::npos ? "" : line.substr(rest);
    return word;
}

bool read_number(const std::string& text, double& number) {
    char* end = nullptr;
    number = std::strtod(text.c_str(), &end);
    return !text.empty() && *end == '\0';
}

class Program {
public:
    // False when the command failed; `problem` says why.
    bool obey(std::string line, std::string& problem) {
        const std::string command = first_word(line);
        if (command == "cancel") {
            const bool busy = model_.busy();
            model_.cancel();
            said(model_.view());
            problem = "There is nothing to cancel.";
            return busy;
        }
        if (command == "progress") {
            return wait_for_progress(problem);
        }
        if (!settle(problem)) {
            return false;
        }
        if (command.empty() || command[0] == '#') {
            return true;
        }
        if (command == "connect") {
            return connect(line, problem);
        }
        if (command == "quit") {
            over = true;
            return true;
        }
        if (command == "list" || command == "status") {
            show(model_.view(), command == "list", line);
            return true;
        }
        if (command == "search") {
            model_.search = line;
            show(model_.view(), true, "");
            return true;
        }
        return change(command, line, problem);
    }

    // Waits for what is under way; false when it failed.
    bool settle(std::string& problem) {
        bool waited = false;
        while (model_.busy()) {
            waited = true;
            tick();
        }
        const PanelView view = model_.view();
        if (!waited) {
            return true;
        }
        said(view);
        problem = view.message;
        return !view.failed;
    }

    bool over = false;

private:
    bool connect(const std::string& address, std::string& problem) {
        SessionOptions options;
        options.transport.address = address;
        options.transport.hello.software = "facebridge-panel";
        if (!model_.connect(std::move(options), problem)) {
            return false;
        }
        while (model_.view().state == SessionState::Connecting) {
            tick();
        }
        const PanelView view = model_.view();
        problem = view.status;
        std::printf("%s\n", view.status.c_str());
        return view.state == SessionState::Ready;
    }

    bool change(const std::string& command, const std::string& rest, std::string& problem) {
        double number = 0;
        Bytes bytes;
        if (command == "schema") {
            Schema schema;
            if (!read_file(rest, bytes, problem) || !read_schema(bytes, schema, problem)) {
                return false;
            }
            model_.open_character(std::move(schema));
            return true;
        }
        if (command == "import") {
            return read_file(rest, bytes, problem) && model_.import_photo(std::move(bytes), rest, problem);
        }
        if (command == "face" || command == "refine") {
            if (!read_number(rest, number) || number < 0 || number > 1e6) {
                problem = "'" + command + "' was given '" + rest + "', expected a number.";
                return false;
            }
            const auto count = static_cast<std::int64_t>(number);
            return command == "face" ? model_.choose_face(count, problem) : model_.refine(count, problem);
        }
        if (command == "set") {
            std::string value = rest;
            const std::string name = first_word(value);
            return read_number(value, number) ? model_.set(name, number, "", problem)
                                              : model_.set(name, value, "", problem);
        }
        if (command == "reset") {
            return model_.reset(rest, false, problem);
        }
        if (command == "mirror" && (rest == "on" || rest == "off")) {
            return model_.set_mirror(rest == "on", problem);
        }
        if (command == "lock" || command == "unlock") {
            return model_.set_lock(rest, command == "lock", problem);
        }
        if (command == "undo" || command == "redo") {
            const bool done = command == "undo" ? model_.undo(problem) : model_.redo(problem);
            if (done) {
                said(model_.view());
            }
            return done;
        }
        if (command == "save") {
            return model_.save("", bytes, problem) && write_file(rest, bytes, problem);
        }
        if (command == "load") {
            return read_file(rest, bytes, problem) && model_.load(bytes, rest, problem);
        }
        problem = "'" + command + " " + rest + "' is not a command; see the top of Programs/Panel.cpp.";
        return false;
    }

    bool wait_for_progress(std::string& problem) {
        while (model_.busy() && (!model_.view().progress || model_.view().progress->step == 0)) {
            tick();
        }
        const PanelView view = model_.view();
        problem = view.failed ? view.message : "There is no progress to wait for.";
        std::printf("%s\n", view.status.c_str());
        return view.progress.has_value();
    }

    static void show(const PanelView& view, bool rows, const std::string& wanted) {
        std::printf("%s\n", view.status.c_str());
        for (const PanelFace& face : view.faces) {
            std::printf("face%s %g %g %g %g\n", face.chosen ? " (chosen)" : "", static_cast<double>(face.box[0]),
                        static_cast<double>(face.box[1]), static_cast<double>(face.box[2]),
                        static_cast<double>(face.box[3]));
        }
        if (!view.empty.empty()) {
            std::printf("%s\n", view.empty.c_str());
        }
        for (const PanelGroup& group : view.groups) {
            if (!wanted.empty() && group.name != wanted) {
                continue;
            }
            std::printf("[%s] %zu%s\n", group.name.c_str(), group.rows.size(), group.locked ? " locked" : "");
            for (const PanelRow& row : group.rows) {
                if (rows) {
                    show(row);
                }
            }
        }
    }

    static void show(const PanelRow& row) {
        const char* locked = row.locked ? "  locked" : "";
        if (!row.options.empty()) {
            std::printf("  %-28s %s%s\n", row.name.c_str(), row.options[row.option].c_str(), locked);
            return;
        }
        std::printf("  %-28s %+.4f  %g to %g%s", row.name.c_str(), row.value, row.minimum, row.maximum, locked);
        if (row.confidence) {
            std::printf("  confidence %.2f", static_cast<double>(*row.confidence));
        }
        std::printf("\n");
    }

    static void said(const PanelView& view) {
        if (!view.failed && !view.message.empty()) {
            std::printf("%s\n", view.message.c_str());
        }
        for (const PanelFinding& finding : view.findings) {
            std::printf("%s: %s\n", finding.severity.c_str(), finding.words.c_str());
        }
    }

    void tick() {
        model_.update();
        std::this_thread::sleep_for(kTick);
    }

    PanelModel model_;
};

int fail(const std::string& problem) {
    std::fflush(stdout);
    std::fprintf(stderr, "facebridge-panel: error: %s\n", problem.c_str());
    return 1;
}

}  // namespace

int main(int count, char** arguments) {
    Program program;
    std::string problem;
    std::string line;
    const bool typed = count < 2;
    for (int at = 1; !program.over && (typed ? static_cast<bool>(std::getline(std::cin, line)) : at < count); ++at) {
        if (!program.obey(typed ? line : arguments[at], problem)) {
            return fail(problem);
        }
        std::fflush(stdout);
    }
    return program.settle(problem) ? 0 : fail(problem);
}
