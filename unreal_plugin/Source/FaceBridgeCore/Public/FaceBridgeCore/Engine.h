// What the core asks of the engine around it, as interfaces: where a character goes, a log, a main thread, file dialogs.

#pragma once

#include "FaceBridgeCore/Character.h"

#include <functional>
#include <string>
#include <vector>

namespace facebridge {

// Where a character is shown, such as the selected one in a level. Called on the thread of whoever changes it.
class CharacterSink {
public:
    virtual ~CharacterSink() = default;

    // Put these values on. `step` names the step to undo, in words for people: "Nose width +0.50". While a slider is
    // dragged, calls of the same step follow each other. False, with a sentence, when they cannot be put on.
    virtual bool apply(const Schema& schema, const Character& character, const std::string& step,
                       std::string& problem) = 0;
};

enum class LogLevel { Note, Warning, Error };

class Log {
public:
    virtual ~Log() = default;
    virtual void write(LogLevel level, const std::string& line) = 0;
};

// The one thread on which the engine's objects may be touched.
class MainThread {
public:
    virtual ~MainThread() = default;

    // Run `work` there, soon and in the order of the calls; from any thread, and without waiting for it.
    virtual void post(std::function<void()> work) = 0;
};

// What a dialog asks for. `endings` are those of the files' names, without the dot.
struct FileQuestion {
    std::string title;
    std::string what;  // "Photos"
    std::vector<std::string> endings;
    bool saving = false;
    bool several = false;
    std::string proposed;  // a file name
};

class FileDialog {
public:
    virtual ~FileDialog() = default;

    // The chosen paths in UTF-8; none when the dialog was closed.
    virtual std::vector<std::string> ask(const FileQuestion& question) = 0;
};

// The engine as one argument; any of them may be null, and must else outlive whoever was given them.
struct Engine {
    CharacterSink* sink = nullptr;
    Log* log = nullptr;
    MainThread* main_thread = nullptr;
    FileDialog* files = nullptr;
};

}  // namespace facebridge
