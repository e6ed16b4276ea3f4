// facebridge-panel: the panel's view-model on the command line, for tests and for users without Unreal.
//
//   facebridge-panel [COMMAND ...]      each argument is a command; without any, each line of the standard input is
//   facebridge-panel --echo             the same, with each line before what comes of it
//
//   connect tcp://HOST:PORT [KEYS.json]            a service; beyond this machine with the keys of `facebridge keys new`
//   schema FILE                                    or a character's schema to edit without one
//   import FILE[;FILE ...]                         a photo, or several of one person
//   face N   archetype NAME|inferred   bundle NAME   read the photo again
//   vary N   variation N   refine STEPS            other readings, one of them, and a search for a closer likeness
//   compare side|blend|difference|silhouette [BLEND]   the character beside the photo
//   picture photo|character|comparison|face N|variation N FILE.ppm
//   progress   cancel                              wait for a refine's first progress; give up what is under way
//   list [GROUP]   status   search TEXT            what the panel shows
//   set NAME VALUE   reset TARGET   neutral TARGET   mirror on|off   lock TARGET   unlock TARGET   undo   redo
//   name TEXT   save FILE   load FILE   quit       presets
//
// What a service takes time for goes on at once; every next command but progress and cancel waits for it. The exit code
// is 1 as soon as something failed, after one sentence on the standard error.

#include "FaceBridgeCore/KeyFile.h"
#include "FaceBridgeCore/PanelModel.h"
#include "PanelText.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <thread>

using namespace facebridge;

namespace {

constexpr std::chrono::milliseconds kTick{5};

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
            say(model_.view(), false);
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
        const auto known = commands_.find(command);
        if (known == commands_.end()) {
            problem = "'" + command + " " + line + "' is not a command; see the top of Programs/Panel.cpp.";
            return false;
        }
        return known->second(line, problem);
    }

    // Waits for what is under way; false when it failed.
    bool settle(std::string& problem) {
        if (!model_.busy()) {
            return true;
        }
        while (model_.busy()) {
            tick();
        }
        const PanelView view = model_.view();
        say(view, true);
        problem = view.message;
        return !view.failed;
    }

    bool over = false;

private:
    using Command = std::function<bool(const std::string& rest, std::string& problem)>;

    bool connect(std::string line, std::string& problem) {
        SessionOptions options;
        options.transport.address = first_word(line);
        options.transport.hello.software = "facebridge-panel";
        if (!line.empty()) {
            options.transport.keys.emplace();
            if (!read_keys(line, *options.transport.keys, problem)) {
                return false;
            }
        }
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

    bool open_schema(const std::string& path, std::string& problem) {
        Bytes bytes;
        Schema schema;
        if (!read_file(path, limits::kSchemaBytes, bytes, problem) || !read_schema(bytes, schema, problem)) {
            return false;
        }
        model_.open_character(std::move(schema));
        return true;
    }

    bool import(const std::string& rest, std::string& problem) {
        std::vector<std::string> paths;
        for (std::size_t from = 0; from <= rest.size();) {
            const std::size_t end = std::min(rest.find(';', from), rest.size());
            paths.push_back(rest.substr(from, end - from));
            from = end + 1;
        }
        return model_.import_files(paths, problem);
    }

    bool compare(std::string line, std::string& problem) {
        const std::string kind = first_word(line);
        double blend = 0.5;
        if (!line.empty() && !read_number(line, blend)) {
            problem = "'compare' was given '" + line + "', expected a number from 0 (the photo) to 1 (the character).";
            return false;
        }
        if (!model_.compare(kind, blend, problem)) {
            return false;
        }
        while (model_.comparing()) {
            tick();
        }
        const PanelView view = model_.view();
        problem = view.message;
        return !view.failed;
    }

    bool save_picture(std::string line, std::string& problem) {
        const std::string name = first_word(line);
        double number = 0;
        if (name == "face" || name == "variation") {
            read_number(first_word(line), number);
        }
        return write_picture(picture_of(model_.view(), name, static_cast<std::size_t>(number)), line, problem);
    }

    bool set(std::string line, std::string& problem) {
        const std::string name = first_word(line);
        double number = 0;
        return read_number(line, number) ? model_.set(name, number, "", problem)
                                         : model_.set(name, line, "", problem);
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

    // A command whose argument is a whole number.
    static Command counted(std::function<bool(std::int64_t, std::string&)> obey) {
        return [obey](const std::string& rest, std::string& problem) {
            double number = 0;
            if (!read_number(rest, number) || number < 0 || number > 1e6) {
                problem = "'" + rest + "' was given, expected a number.";
                return false;
            }
            return obey(static_cast<std::int64_t>(number), problem);
        };
    }

    // A command that says what it came to.
    Command told(std::function<bool(std::string&)> obey) {
        return [this, obey](const std::string&, std::string& problem) {
            const bool done = obey(problem);
            if (done) {
                say(model_.view(), false);
            }
            return done;
        };
    }

    void tick() {
        model_.update();
        std::this_thread::sleep_for(kTick);
    }

    PanelModel model_;
    using Text = const std::string&;
    using Problem = std::string&;
    const std::map<std::string, Command> commands_{
        {"connect", [this](Text rest, Problem problem) { return connect(rest, problem); }},
        {"schema", [this](Text rest, Problem problem) { return open_schema(rest, problem); }},
        {"import", [this](Text rest, Problem problem) { return import(rest, problem); }},
        {"face", counted([this](std::int64_t face, Problem problem) { return model_.choose_face(face, problem); })},
        {"archetype",
         [this](Text rest, Problem problem) {
             return model_.choose_archetype(rest == "inferred" ? "" : rest, problem);
         }},
        {"bundle", [this](Text rest, Problem problem) { return model_.choose_bundle(rest, problem); }},
        {"vary", counted([this](std::int64_t count, Problem problem) { return model_.vary(count, problem); })},
        {"variation", counted([this](std::int64_t number, Problem problem) {
             return model_.choose_variation(static_cast<std::size_t>(number - 1), problem);
         })},
        {"refine", counted([this](std::int64_t steps, Problem problem) { return model_.refine(steps, problem); })},
        {"compare", [this](Text rest, Problem problem) { return compare(rest, problem); }},
        {"picture", [this](Text rest, Problem problem) { return save_picture(rest, problem); }},
        {"list", [this](Text rest, Problem) { return show(model_.view(), true, rest), true; }},
        {"status", [this](Text, Problem) { return show(model_.view(), false, ""), true; }},
        {"search", [this](Text rest, Problem) { return model_.search = rest, show(model_.view(), true, ""), true; }},
        {"set", [this](Text rest, Problem problem) { return set(rest, problem); }},
        {"reset", [this](Text rest, Problem problem) { return model_.reset(rest, false, problem); }},
        {"neutral", [this](Text rest, Problem problem) { return model_.reset(rest, true, problem); }},
        {"mirror",
         [this](Text rest, Problem problem) {
             problem = "'mirror " + rest + "' is not a command; give on or off.";
             return (rest == "on" || rest == "off") && model_.set_mirror(rest == "on", problem);
         }},
        {"lock", [this](Text rest, Problem problem) { return model_.set_lock(rest, true, problem); }},
        {"unlock", [this](Text rest, Problem problem) { return model_.set_lock(rest, false, problem); }},
        {"undo", told([this](Problem problem) { return model_.undo(problem); })},
        {"redo", told([this](Problem problem) { return model_.redo(problem); })},
        {"name", [this](Text rest, Problem) { return model_.rename(rest), true; }},
        {"save", [this](Text rest, Problem problem) { return model_.save_file(rest, problem); }},
        {"load", [this](Text rest, Problem problem) { return model_.load_file(rest, problem); }},
        {"quit", [this](Text, Problem) { return over = true; }},
    };
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
    const bool echo = count == 2 && std::string(arguments[1]) == "--echo";
    const bool typed = count < 2 || echo;
    for (int at = 1; !program.over && (typed ? static_cast<bool>(std::getline(std::cin, line)) : at < count); ++at) {
        if (echo) {
            std::printf("> %s\n", line.c_str());
        }
        if (!program.obey(typed ? line : arguments[at], problem)) {
            return fail(problem);
        }
        std::fflush(stdout);
    }
    return program.settle(problem) ? 0 : fail(problem);
}
