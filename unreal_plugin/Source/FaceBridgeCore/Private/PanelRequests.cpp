// What the panel asks of its service: photos, other readings of them, comparisons and searches.

#include "FaceBridgeCore/Files.h"
#include "FaceBridgeCore/PanelModel.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace facebridge {
namespace {

constexpr std::chrono::milliseconds kRefineBudget{60'000};
constexpr const char* kNoService = "No service is connected; connect to one first.";

}  // namespace

std::string PanelModel::Reading::called() const {
    return names.size() == 1 ? names.front() : std::to_string(names.size()) + " photos";
}

bool PanelModel::import_photo(const Photo& photo, const std::vector<std::string>& names, std::string& problem) {
    Reading reading;
    reading.photo = photo;
    reading.names = names;
    reading.names.resize(photo.count());
    reading.archetype = archetype_;
    reading.bundle = bundle_;
    return ask(std::move(reading), problem);
}

bool PanelModel::import_files(const std::vector<std::string>& paths, std::string& problem) {
    if (paths.empty() || paths.size() > limits::kPhotos) {
        problem = std::to_string(paths.size()) + " photos of one person were given, expected 1 to " +
                  std::to_string(limits::kPhotos) + ".";
        return refuse(problem);
    }
    if (!actions().import_photo) {
        problem = kNoService;
        return refuse(problem);
    }
    if (files_.valid()) {
        dropped_ = std::move(files_);  // the newest photo wins
    }
    files_called_.clear();
    for (const std::string& path : paths) {
        files_called_.push_back(file_name(path));
    }
    tell("");
    files_ = std::async(std::launch::async | std::launch::deferred, [paths, names = files_called_] {
        ReadFiles read{{}, names, ""};
        Photos files(paths.size());
        for (std::size_t at = 0; at < paths.size(); ++at) {
            if (!read_file(paths[at], limits::kPhotoBytes, files[at], read.problem)) {
                return read;
            }
            if (files[at].empty()) {
                read.problem = names[at] + " is empty (0 bytes); choose a file that holds a picture.";
                return read;
            }
        }
        read.photo = files.size() == 1 ? Photo(std::move(files.front())) : Photo(files);
        return read;
    });
    return true;
}

bool PanelModel::take_files() {
    if (!files_.valid() || files_.wait_for(std::chrono::seconds(0)) == std::future_status::timeout) {
        return false;
    }
    const ReadFiles read = files_.get();
    std::string problem = read.problem;
    if (!problem.empty()) {
        refuse(problem);
    } else {
        import_photo(read.photo, read.names, problem);
    }
    return true;
}

bool PanelModel::import_by_dialog(std::string& problem) {
    if (engine_.files == nullptr || !actions().import_photo) {
        problem = engine_.files == nullptr ? "There is no file dialog here." : kNoService;
        return refuse(problem);
    }
    const std::vector<std::string> paths =
        engine_.files->ask({"Import from photo", "Photos", {"jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff"}, false,
                            actions().several_photos, ""});
    return paths.empty() || import_files(paths, problem);
}

bool PanelModel::choose_face(std::int64_t face, std::string& problem) {
    if (!actions().choose_face || face < 0 || face >= imported_->faces) {
        problem = "There is no face " + std::to_string(face) + " to choose.";
        return refuse(problem);
    }
    Reading reading = *read_;
    reading.face = face;
    reading.variations = 0;
    return ask(std::move(reading), problem);
}

bool PanelModel::choose_archetype(const std::string& name, std::string& problem) {
    const auto named = [&](const auto& group) { return group.first == name; };
    if (!actions().choose_archetype ||
        !(name.empty() || std::any_of(imported_->groups.begin(), imported_->groups.end(), named))) {
        problem = name.empty() || !imported_ ? "There is no archetype to choose; import a photo first."
                                             : "There is no archetype '" + name + "'.";
        return refuse(problem);
    }
    Reading reading = *read_;
    reading.archetype = name;
    reading.variations = 0;
    return ask(std::move(reading), problem);
}

bool PanelModel::choose_bundle(const std::string& name, std::string& problem) {
    if (!actions().choose_bundle) {
        problem = "There is no other bundle to choose.";
        return refuse(problem);
    }
    const std::vector<std::string>& known = session_->service().bundles;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
        problem = "The service has no bundle '" + name + "'.";
        return refuse(problem);
    }
    bundle_ = name;
    archetype_.clear();  // another bundle may know others
    if (!read_) {
        return true;
    }
    Reading reading = *read_;
    reading.bundle = name;
    reading.archetype.clear();
    reading.variations = 0;
    return ask(std::move(reading), problem);
}

bool PanelModel::vary(std::int64_t count, std::string& problem) {
    if (!actions().vary) {
        problem = imported_ ? "The service has no other readings now."
                            : "There is nothing to read in other ways; import a photo first.";
        return refuse(problem);
    }
    if (count < 1 || count > static_cast<std::int64_t>(limits::kVariations)) {
        problem = std::to_string(count) + " variations were asked for, expected 1 to " +
                  std::to_string(limits::kVariations) + ".";
        return refuse(problem);
    }
    Reading reading = *read_;
    reading.variations = count;
    return ask(std::move(reading), problem);
}

Wishes PanelModel::wishes(const Reading& reading) const {
    Wishes wishes;
    wishes.bundle = reading.bundle;
    wishes.face = reading.face;
    wishes.group = reading.archetype;
    wishes.variations = reading.variations;
    if (editor_ != nullptr && offers("locks")) {  // else the editor alone keeps what is locked
        wishes.locked = editor_->locked();
        wishes.mirrored = editor_->mirror;
    }
    return wishes;
}

bool PanelModel::ask(Reading reading, std::string& problem) {
    if (session_ == nullptr) {
        problem = kNoService;
        return refuse(problem);
    }
    const Character current = editor_ == nullptr ? Character{} : editor_->character();
    if (!session_->import_photo(reading.photo, wishes(reading), current, problem)) {
        return refuse(problem);
    }
    asked_ = std::move(reading);
    progress_.reset();
    best_.reset();
    tell("");
    return true;
}

bool PanelModel::compare(const std::string& kind, double blend, std::string& problem) {
    const PanelView now = view();
    const auto known = [&](const PanelComparison& each) { return each.kind == kind; };
    if (!kind.empty() && std::none_of(now.comparisons.begin(), now.comparisons.end(), known)) {
        problem = !imported_ ? "There is nothing to compare; import a photo first."
                             : "The service does not compare by '" + kind + "'.";
        return refuse(problem);
    }
    blend_ = std::clamp(blend, 0.0, 1.0);
    if (compare_kind_ != kind) {
        comparison_.reset();
    }
    compare_kind_ = kind;
    compared_.reset();  // asked anew, as soon as the last answer is there
    compare_again();
    return true;
}

bool PanelModel::compare_again() {
    if (compare_kind_.empty() || !actions().compare || session_->comparing() ||
        (compared_ && *compared_ == editor_->character())) {
        return false;
    }
    Comparison comparison{compare_kind_, blend_, std::nullopt};
    if (compare_kind_ == "silhouette" && !(editor_->home() == editor_->character())) {
        comparison.other = editor_->home();
    }
    std::string problem;
    compared_ = editor_->character();
    if (!session_->compare(best_photo_, wishes(*read_), *compared_, comparison, problem)) {
        compare_kind_.clear();
        refuse(problem);
    }
    return true;
}

bool PanelModel::refine(std::int64_t steps, std::string& problem) {
    if (!actions().refine) {
        problem = imported_ ? "The service cannot refine now." : "There is nothing to refine; import a photo first.";
        return refuse(problem);
    }
    Wishes wishes = this->wishes(*read_);
    wishes.locked = editor_->locked();
    wishes.mirrored = editor_->mirror;
    if (!session_->refine(best_photo_, wishes, editor_->character(), steps, kRefineBudget, problem)) {
        return refuse(problem);
    }
    progress_ = PanelProgress{0, steps, 0, 0};
    best_.reset();
    tell("");
    return true;
}

void PanelModel::cancel() {
    if (files_.valid()) {
        dropped_ = std::move(files_);
        tell("Cancelled.");
    }
    if (session_ != nullptr) {
        session_->cancel();
        update();
    }
}

}  // namespace facebridge
