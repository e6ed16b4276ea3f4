// The panel's actions, and how a session's events become what it shows.

#include "FaceBridgeCore/PanelModel.h"

#include "FaceBridgeCore/Diff.h"
#include "Numbers.h"

#include <algorithm>
#include <utility>

namespace facebridge {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRefineBudget{60'000};
const std::string kNoCharacter = "There is no character yet; connect to a service first.";

std::shared_ptr<const ByteArray> picture(std::optional<ByteArray>& sent) {
    return sent ? std::make_shared<const ByteArray>(std::move(*sent)) : nullptr;
}

}  // namespace

bool PanelModel::connect(SessionOptions options, std::string& problem) {
    disconnect();
    address_ = options.transport.address;
    session_ = std::make_unique<Session>(std::move(options));
    if (!session_->start(problem)) {
        session_.reset();
        tell(problem, true);
        return false;
    }
    tell("");
    return true;
}

void PanelModel::disconnect() {
    session_.reset();
    progress_.reset();
    best_.reset();
}

void PanelModel::update() {
    if (session_ == nullptr) {
        return;
    }
    session_->update();
    SessionEvent event;
    while (session_->next(event)) {
        take(event);
    }
}

void PanelModel::open_character(Schema schema) { editor_ = std::make_unique<Editor>(std::move(schema)); }

bool PanelModel::import_photo(Bytes photo, const std::string& called, std::string& problem) {
    std::swap(photo_, photo);
    const std::int64_t face = std::exchange(face_, 0);
    const std::string name = std::exchange(photo_name_, called);
    if (!ask(problem)) {
        photo_ = std::move(photo);
        face_ = face;
        photo_name_ = name;
        return false;
    }
    imported_.reset();
    aligned_.reset();
    preview_.reset();
    return true;
}

bool PanelModel::choose_face(std::int64_t face, std::string& problem) {
    if (!actions().choose_face || face < 0 || face >= imported_->faces) {
        problem = "There is no face " + std::to_string(face) + " to choose.";
        return false;
    }
    const std::int64_t before = std::exchange(face_, face);
    if (!ask(problem)) {
        face_ = before;
        return false;
    }
    return true;
}

bool PanelModel::choose_archetype(const std::string& name, std::string& problem) {
    if (!actions().choose_archetype) {
        problem = "There is no archetype to choose; import a photo first.";
        return false;
    }
    const std::string before = std::exchange(archetype_, name);
    if (!ask(problem)) {
        archetype_ = before;
        return false;
    }
    return true;
}

bool PanelModel::ask(std::string& problem) {
    if (session_ == nullptr) {
        problem = "No service is connected; connect to one first.";
        tell(problem, true);
        return false;
    }
    Wishes wishes;
    wishes.face = face_;
    wishes.group = archetype_;
    Character current;
    if (editor_ != nullptr) {
        current = editor_->character();
        if (session_->offers("locks")) {  // else the editor alone keeps what is locked
            wishes.locked = editor_->locked();
            wishes.mirrored = editor_->mirror;
        }
    }
    if (!session_->import_photo(photo_, wishes, current, problem)) {
        tell(problem, true);
        return false;
    }
    progress_.reset();
    best_.reset();
    tell("");
    return true;
}

bool PanelModel::refine(std::int64_t steps, std::string& problem) {
    if (!actions().refine) {
        problem = imported_ ? "The service cannot refine now." : "There is nothing to refine; import a photo first.";
        return false;
    }
    Wishes wishes;
    wishes.face = face_;
    wishes.group = archetype_;
    wishes.locked = editor_->locked();
    wishes.mirrored = editor_->mirror;
    if (!session_->refine(photo_, wishes, editor_->character(), steps, kRefineBudget, problem)) {
        tell(problem, true);
        return false;
    }
    progress_ = PanelProgress{0, steps, 0, 0};
    best_.reset();
    tell("");
    return true;
}

void PanelModel::cancel() {
    if (session_ != nullptr) {
        session_->cancel();
        update();
    }
}

bool PanelModel::set(const std::string& name, const std::variant<double, std::string>& value,
                     const std::string& gesture, std::string& problem) {
    Edited edited;
    return editable(problem) && editor_->set(name, value, gesture, edited, problem);
}

void PanelModel::end_gesture() {
    if (editor_ != nullptr) {
        editor_->end_gesture();
    }
}

bool PanelModel::reset(const std::string& target, bool to_neutral, std::string& problem) {
    Edited edited;
    return editable(problem) && editor_->reset(target, to_neutral, edited, problem);
}

bool PanelModel::set_lock(const std::string& target, bool locked, std::string& problem) {
    return editable(problem) && (locked ? editor_->lock(target, problem) : editor_->unlock(target, problem));
}

bool PanelModel::set_mirror(bool mirror, std::string& problem) {
    if (!editable(problem)) {
        return false;
    }
    editor_->mirror = mirror;
    return true;
}

bool PanelModel::undo(std::string& problem) {
    if (!editable(problem)) {
        return false;
    }
    const std::string words = editor_->undo();
    problem = "There is nothing to undo.";
    tell(words.empty() ? problem : "Took back: " + words, words.empty());
    return !words.empty();
}

bool PanelModel::redo(std::string& problem) {
    if (!editable(problem)) {
        return false;
    }
    const std::string words = editor_->redo();
    problem = "There is nothing to redo.";
    tell(words.empty() ? problem : "Did again: " + words, words.empty());
    return !words.empty();
}

bool PanelModel::save(const std::string& name, Bytes& file, std::string& problem) const {
    if (editor_ == nullptr) {
        problem = kNoCharacter;
        return false;
    }
    const Preset preset{editor_->character(), name, editor_->locked(), preset_notes_, preset_rest_};
    return write_preset(editor_->schema(), preset, file, problem);
}

bool PanelModel::load(const Bytes& file, const std::string& called, std::string& problem) {
    Preset preset;
    Edited edited;
    if (!editable(problem) || !read_preset(file, editor_->schema(), called, preset, problem)) {
        tell(problem, true);
        return false;
    }
    const std::string words = "load " + (preset.name.empty() ? called : preset.name);
    if (!editor_->load(preset.character, words, false, edited, problem)) {
        tell(problem, true);
        return false;
    }
    editor_->replace_locks(preset.locked);
    preset_rest_ = preset.rest;
    preset_notes_ = preset.notes;
    tell("Loaded " + called + ".");
    return true;
}

void PanelModel::take(SessionEvent& event) {
    Edited edited;
    std::string problem;
    switch (event.kind) {
        case SessionEventKind::Joined:
            if (editor_ == nullptr || editor_->schema().hash != session_->schema()->hash) {
                editor_ = std::make_unique<Editor>(*session_->schema());
                imported_.reset();
            }
            break;
        case SessionEventKind::Imported:
            take_import(event);
            break;
        case SessionEventKind::Progress: {
            auto& answer = std::get<Progress>(event.answer);
            progress_ = PanelProgress{answer.step, answer.steps, answer.loss_before, answer.loss};
            best_ = std::move(event.character);
            preview_ = answer.preview ? picture(answer.preview) : preview_;
            break;
        }
        case SessionEventKind::Refined: {
            auto& answer = std::get<Refined>(event.answer);
            progress_.reset();
            best_.reset();
            if (answer.kept && editor_->load(event.character, "refine", true, edited, problem)) {
                tell("Refined: the distance to the photo went from " + short_number(answer.loss_before) + " to " +
                     short_number(answer.loss) + ".");
            } else {
                tell("Nothing nearer to the photo was found; the character stays as it is.");
            }
            drawn_by_ = answer.render ? "engine" : "imitator";
            std::optional<ByteArray>& drawn = answer.render ? answer.render : answer.preview;
            preview_ = drawn ? picture(drawn) : preview_;
            break;
        }
        case SessionEventKind::Failed:
            take_failure(event);
            break;
        case SessionEventKind::Lost:
        case SessionEventKind::Refused:
            break;  // the status says it
    }
}

void PanelModel::take_import(SessionEvent& event) {
    auto& answer = std::get<Imported>(event.answer);
    Edited edited;
    std::string problem;
    if (!editor_->load(event.character, "import " + photo_name_, true, edited, problem)) {
        tell(problem, true);
        return;
    }
    aligned_ = picture(answer.aligned);
    preview_ = picture(answer.preview);
    drawn_by_ = answer.drawn_by;
    face_ = answer.face;
    imported_ = std::move(answer);
    imported_->aligned.reset();
    imported_->preview.reset();
    tell("Imported " + photo_name_ + ".");
}

void PanelModel::take_failure(const SessionEvent& event) {
    Edited edited;
    std::string problem;
    const bool cancelled = event.code == "cancelled";
    progress_.reset();
    const std::optional<Character> best = std::exchange(best_, std::nullopt);
    if (cancelled && best && editor_->load(*best, "refine, cancelled", true, edited, problem)) {
        tell("Cancelled; the best so far is kept.");
    } else {
        tell(event.words, !cancelled);
    }
}

bool PanelModel::editable(std::string& problem) const {
    if (editor_ == nullptr) {
        problem = kNoCharacter;
        return false;
    }
    if (!actions().edit) {
        problem = "The character is being refined; wait, or cancel it first.";
        return false;
    }
    return true;
}

void PanelModel::tell(std::string words, bool failed) {
    message_ = std::move(words);
    failed_ = failed;
}

PanelView PanelModel::view() const {
    PanelView view;
    view.state = session_ == nullptr ? SessionState::Offline : session_->state();
    view.status = status();
    view.message = message_;
    view.failed = failed_;
    view.may = actions();
    view.progress = progress_;
    view.photo = photo_name_;
    view.bundle = session_ == nullptr ? "" : session_->service().bundle;
    view.drawn_by = drawn_by_;
    view.aligned = aligned_;
    view.preview = preview_;
    if (imported_) {
        const bool named = imported_->codes.size() == imported_->warnings.size() &&
                           imported_->severities.size() == imported_->warnings.size();
        for (std::size_t at = 0; at < imported_->warnings.size(); ++at) {
            std::string severity = named ? imported_->severities[at] : "warning";
            if (severity != "warning" && severity != "serious") {
                severity = "note";
            }
            view.findings.push_back({severity, named ? imported_->codes[at] : "", imported_->warnings[at]});
        }
        if (imported_->faces > 1 && imported_->boxes) {
            const std::vector<float>& values = imported_->boxes->values;
            for (std::size_t at = 0; at + 4 <= values.size(); at += 4) {
                view.faces.push_back({{values[at], values[at + 1], values[at + 2], values[at + 3]},
                                      static_cast<std::int64_t>(at / 4) == face_});
            }
        }
        view.archetypes = imported_->groups;
    }
    if (editor_ != nullptr) {
        view.groups = groups();
        view.undo = editor_->undoable();
        view.redo = editor_->redoable();
        view.mirror = editor_->mirror;
    }
    if (view.groups.empty()) {
        view.empty = editor_ == nullptr ? kNoCharacter : "Nothing is called '" + search + "'.";
    }
    return view;
}

std::string PanelModel::status() const {
    if (session_ == nullptr) {
        return "Offline. Connect to a service to import a photo.";
    }
    switch (session_->state()) {
        case SessionState::Offline:
            return "Offline: " + session_->reason() + " It is tried again by itself.";
        case SessionState::Connecting:
            return "Connecting to " + address_ + " ...";
        case SessionState::Importing:
            return "Reading " + photo_name_ + " ...";
        case SessionState::Refining:
            return progress_ && progress_->step > 0
                       ? "Refining: step " + std::to_string(progress_->step) + " of " +
                             std::to_string(progress_->steps) + ", distance " + short_number(progress_->loss) +
                             ", at first " + short_number(progress_->loss_before) + "."
                       : "Refining ...";
        case SessionState::Refused:
            return "The service refused: " + session_->reason();
        case SessionState::Ready:
            break;
    }
    return imported_ ? "Ready." : "Ready. Drop a photo here, or choose a file.";
}

PanelActions PanelModel::actions() const {
    PanelActions may;
    const SessionState state = session_ == nullptr ? SessionState::Offline : session_->state();
    const bool usable = session_ != nullptr && state != SessionState::Refused;
    const bool refining = state == SessionState::Refining;
    may.connect = !usable;
    may.disconnect = usable;
    may.import_photo = usable;
    may.choose_face = usable && imported_ && imported_->faces > 1 && session_->offers("face");
    may.choose_archetype = usable && imported_ && !imported_->groups.empty() && session_->offers("group");
    may.refine = state == SessionState::Ready && imported_ && session_->offers("refine");
    may.cancel = busy();
    // While refining, the search's starting point must stay what it was.
    may.edit = may.lock = editor_ != nullptr && !refining;
    may.undo = may.edit && !editor_->undoable().empty();
    may.redo = may.edit && !editor_->redoable().empty();
    may.save = editor_ != nullptr;
    return may;
}

std::vector<PanelGroup> PanelModel::groups() const {
    const Schema& schema = editor_->schema();
    std::vector<bool> found(schema.count(), false);
    for (const std::size_t position : facebridge::search(schema, search)) {
        found[position] = true;
    }
    std::vector<PanelGroup> groups;
    const auto add = [&](const std::string& name, const std::vector<std::size_t>& positions) {
        PanelGroup group{name, true, {}};
        for (const std::size_t position : positions) {
            if (found[position]) {
                group.rows.push_back(row(position));
            }
            group.locked = group.locked && editor_->locked()[position];
        }
        if (!group.rows.empty()) {
            groups.push_back(std::move(group));
        }
    };
    for (const ParameterGroup& group : schema.groups) {
        add(group.name, group.positions);
    }
    std::vector<std::size_t> choices;
    for (std::size_t position = schema.parameters.size(); position < schema.count(); ++position) {
        choices.push_back(position);
    }
    add("choices", choices);
    return groups;
}

PanelRow PanelModel::row(std::size_t position) const {
    const Schema& schema = editor_->schema();
    PanelRow row;
    row.name = schema.name(position);
    row.label = schema.label(position);
    row.locked = editor_->locked()[position];
    if (schema.is_choice(position)) {
        row.description = schema.choice(position).description;
        row.options = schema.choice(position).options;
        row.option = editor_->character().choices[position - schema.parameters.size()];
        return row;
    }
    const Parameter& parameter = schema.parameters[position];
    row.description = parameter.description;
    row.value = static_cast<double>(editor_->character().parameters[position]);
    row.minimum = parameter.minimum;
    row.maximum = parameter.maximum;
    row.neutral = parameter.neutral;
    if (imported_ && imported_->confidence) {
        row.confidence = imported_->confidence->values[position];
    }
    return row;
}

}  // namespace facebridge
