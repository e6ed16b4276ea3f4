// The panel's state as a view: nothing here changes it.

#include "FaceBridgeCore/PanelView.h"

#include "FaceBridgeCore/Diff.h"
#include "FaceBridgeCore/PanelModel.h"
#include "PanelWords.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

namespace facebridge {
namespace {

// By how much the search came closer, as the studio says it.
std::string gained(const PanelProgress& progress) {
    char text[32];
    const double share = progress.loss_before > 0 ? 1 - progress.loss / progress.loss_before : 0;
    std::snprintf(text, sizeof(text), "%.0f%% closer", share * 100);
    return text;
}

std::vector<PanelFinding> findings_of(const Imported& imported) {
    const bool named = imported.codes.size() == imported.warnings.size() &&
                       imported.severities.size() == imported.warnings.size();
    std::vector<PanelFinding> findings;
    for (std::size_t at = 0; at < imported.warnings.size(); ++at) {
        std::string severity = named ? imported.severities[at] : "warning";
        if (severity != "warning" && severity != "serious") {
            severity = "note";
        }
        findings.push_back({severity, named ? imported.codes[at] : "", imported.warnings[at]});
    }
    const auto rank = [](const PanelFinding& each) {
        return each.severity == "serious" ? 0 : each.severity == "warning" ? 1 : 2;
    };
    std::stable_sort(findings.begin(), findings.end(),
                     [&](const PanelFinding& left, const PanelFinding& right) { return rank(left) < rank(right); });
    return findings;
}

}  // namespace

PanelView PanelModel::view() const {
    PanelView view;
    view.state = session_ == nullptr ? SessionState::Offline : session_->state();
    view.status = status();
    view.message = message_;
    view.failed = failed_;
    view.may = actions();
    view.progress = progress_;
    view.name = name_;
    view.drawn_by = drawn_by_;
    view.aligned = aligned_;
    view.preview = preview_;
    view.photo_words = photo_words();
    show_photo(view);
    show_comparison(view);
    if (editor_ != nullptr) {
        view.groups = groups();
        view.undo = editor_->undoable();
        view.redo = editor_->redoable();
        view.mirror = editor_->mirror;
        for (const Variation& each : variations_) {
            view.variations.push_back({each.preview, each.character == editor_->character()});
        }
    }
    if (view.groups.empty()) {
        view.empty = editor_ == nullptr ? kNoCharacter
                                        : "Nothing is called \"" + search.substr(0, 40) +
                                              "\". Try a part of the face, such as nose.";
    }
    return view;
}

void PanelModel::show_photo(PanelView& view) const {
    const std::optional<Reading>& shown = asked_ ? asked_ : read_;
    if (shown) {
        view.photo = shown->called();
        for (const std::string& name : shown->names) {
            view.photos.push_back({name, std::nullopt});
        }
    }
    if (session_ != nullptr) {
        const std::vector<std::string>& bundles = session_->service().bundles;
        for (std::size_t at = 0; bundles.size() > 1 && at < bundles.size(); ++at) {
            view.bundles.push_back({bundles[at], bundles[at] == bundle_ || (bundle_.empty() && at == 0)});
        }
        view.bundle = session_->service().bundle;
    }
    if (!imported_) {
        return;
    }
    view.bundle = imported_->bundle.empty() ? view.bundle : imported_->bundle;
    view.findings = findings_of(*imported_);
    for (const auto& [name, share] : imported_->groups) {
        view.archetypes.push_back({name, share, name == archetype_});
    }
    if (!asked_ && imported_->weights && imported_->weights->values.size() == view.photos.size()) {
        for (std::size_t at = 0; at < view.photos.size(); ++at) {
            view.photos[at].weight = imported_->weights->values[at];
        }
    }
    if (imported_->faces > 1 && imported_->boxes) {
        const std::vector<float>& values = imported_->boxes->values;
        for (std::size_t at = 0; at + 4 <= values.size(); at += 4) {
            const std::size_t face = at / 4;
            view.faces.push_back({{values[at], values[at + 1], values[at + 2], values[at + 3]},
                                  face < thumbnails_.size() ? thumbnails_[face] : nullptr,
                                  static_cast<std::int64_t>(face) == read_->face});
        }
    }
}

void PanelModel::show_comparison(PanelView& view) const {
    const std::pair<const char*, const char*> kinds[] = {{"side", "Side by side"},
                                                         {"blend", "Blend"},
                                                         {"difference", "Difference"},
                                                         {"silhouette", "Turned"}};
    if (imported_ && offers("compare")) {
        const std::size_t count = offers("engine") ? std::size(kinds) : std::size(kinds) - 1;
        for (std::size_t at = 0; at < count; ++at) {
            view.comparisons.push_back({kinds[at].first, kinds[at].second, compare_kind_ == kinds[at].first});
        }
    }
    view.blend = blend_;
    view.comparison = comparison_;
    if (!compare_kind_.empty() && comparison_ == nullptr) {
        view.comparison_words = "The picture is on its way ...";
    } else if (compare_kind_ == "silhouette" && editor_ != nullptr && !(editor_->home() == editor_->character())) {
        view.comparison_words = "The amber line is where the outline was; blue is new";
    }
}

std::string PanelModel::status() const {
    if (session_ == nullptr) {
        return "Offline. Connect to a service to import a photo.";
    }
    if (files_.valid()) {
        return "Reading " + Reading{{}, files_called_, 0, "", "", 0}.called() + " ...";
    }
    switch (session_->state()) {
        case SessionState::Offline:
            return "Offline: " + session_->reason() + " It is tried again by itself.";
        case SessionState::Connecting:
            return "Connecting to " + address_ + " ...";
        case SessionState::Importing:
            return asked_ && asked_->variations == 0 ? "Reading " + asked_->called() + " ..."
                                                     : "Looking for other readings ...";
        case SessionState::Refining:
            return progress_ && progress_->step > 0
                       ? "Searching: step " + std::to_string(progress_->step) + " of " +
                             std::to_string(progress_->steps) + ", " + gained(*progress_) + " ..."
                       : "Searching for a closer likeness ...";
        case SessionState::Refused:
            return "The service refused: " + session_->reason();
        case SessionState::Ready:
            break;
    }
    return imported_ ? "Ready." : "Ready. Drop a photo here, or choose a file.";
}

std::string PanelModel::photo_words() const {
    if (aligned_ != nullptr) {
        return "";
    }
    const SessionState state = session_ == nullptr ? SessionState::Offline : session_->state();
    if (state == SessionState::Ready && !files_.valid()) {
        return "Drop a photo here, or choose a file.";
    }
    return state == SessionState::Importing || files_.valid() ? status() : "Photos cannot be read: " + status();
}

PanelActions PanelModel::actions() const {
    PanelActions may;
    const SessionState state = session_ == nullptr ? SessionState::Offline : session_->state();
    const bool usable = session_ != nullptr && state != SessionState::Refused;
    const bool ready = state == SessionState::Ready;
    const bool refining = state == SessionState::Refining;
    may.connect = !usable;
    may.disconnect = usable;
    may.import_photo = usable;
    may.several_photos = usable && offers("several");
    may.choose_face = usable && imported_ && imported_->faces > 1 && offers("face");
    may.choose_archetype = usable && imported_ && imported_->groups.size() > 1 && offers("group");
    may.choose_bundle = usable && !refining && session_->service().bundles.size() > 1;
    may.vary = ready && imported_ && offers("variations");
    may.compare = imported_ && offers("compare") && (ready || refining || state == SessionState::Importing);
    may.refine = ready && imported_ && offers("refine");
    may.cancel = busy();
    // While refining, the search's starting point must stay what it was.
    may.edit = may.lock = editor_ != nullptr && !refining;
    may.choose_variation = may.edit && !variations_.empty();
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
    std::vector<bool> changed(schema.count(), false);
    for (const std::size_t position : changed_positions(editor_->home(), editor_->character())) {
        changed[position] = true;
    }
    std::vector<PanelGroup> groups;
    const auto add = [&](const std::string& name, const std::vector<std::size_t>& positions) {
        PanelGroup group{name, true, {}};
        for (const std::size_t position : positions) {
            if (found[position]) {
                group.rows.push_back(row(position));
                group.rows.back().changed = changed[position];
            }
            group.locked = group.locked && editor_->locked()[position];
        }
        if (!group.rows.empty()) {
            groups.push_back(std::move(group));
        }
    };
    std::vector<std::size_t> choices;
    for (std::size_t position = schema.parameters.size(); position < schema.count(); ++position) {
        choices.push_back(position);
    }
    add(kStyle, choices);
    for (const ParameterGroup& group : schema.groups) {
        add(group.name, group.positions);
    }
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
