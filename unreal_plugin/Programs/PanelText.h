// A panel's view as text and as pictures in files, for the panel on the command line.

#pragma once

#include "FaceBridgeCore/Files.h"
#include "FaceBridgeCore/PanelView.h"

#include <cstdio>
#include <string>

namespace facebridge {

inline void show_row(const PanelRow& row) {
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

// What there is to choose from besides parameters, one line each.
inline void show_choices(const PanelView& view) {
    for (const PanelPhoto& photo : view.photos) {
        if (photo.weight) {
            std::printf("photo %s counted %.2f\n", photo.name.c_str(), static_cast<double>(*photo.weight));
        }
    }
    int number = 0;
    for (const PanelFace& face : view.faces) {
        std::printf("face %d%s: %.0f %.0f %.0f %.0f px\n", number++, face.chosen ? " (chosen)" : "",
                    static_cast<double>(face.box[0]), static_cast<double>(face.box[1]),
                    static_cast<double>(face.box[2]), static_cast<double>(face.box[3]));
    }
    for (const PanelArchetype& each : view.archetypes) {
        std::printf("archetype %s%s: %.0f%%\n", each.name.c_str(), each.chosen ? " (chosen)" : "", each.share * 100);
    }
    for (const PanelBundle& each : view.bundles) {
        std::printf("bundle %s%s\n", each.name.c_str(), each.chosen ? " (chosen)" : "");
    }
    number = 1;
    for (const PanelVariation& each : view.variations) {
        std::printf("variation %d%s\n", number++, each.worn ? " (chosen)" : "");
    }
}

// The status, what may be chosen, and each group with its rows if wanted; `wanted` is one group, "" all.
inline void show(const PanelView& view, bool rows, const std::string& wanted) {
    std::printf("%s\n", view.status.c_str());
    if (!rows) {
        show_choices(view);
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
                show_row(row);
            }
        }
    }
}

// What the last action came to, and what people should know of the photo.
inline void say(const PanelView& view, bool findings) {
    if (!view.failed && !view.message.empty()) {
        std::printf("%s\n", view.message.c_str());
    }
    for (const PanelFinding& finding : view.findings) {
        if (findings) {
            std::printf("%s: %s\n", finding.severity.c_str(), finding.words.c_str());
        }
    }
}

// The picture of a name: photo, character, comparison, face N or variation N; null for none.
inline Picture picture_of(const PanelView& view, const std::string& name, std::size_t number) {
    if (name == "face") {
        return number < view.faces.size() ? view.faces[number].thumbnail : nullptr;
    }
    if (name == "variation") {
        return number >= 1 && number <= view.variations.size() ? view.variations[number - 1].preview : nullptr;
    }
    return name == "photo"        ? view.aligned
           : name == "character"  ? view.preview
           : name == "comparison" ? view.comparison
                                  : nullptr;
}

// A picture as PPM, which most viewers open: the wire's pictures are plain rows of pixels, and so is it.
inline bool write_picture(const Picture& picture, const std::string& path, std::string& problem) {
    if (picture == nullptr) {
        problem = "There is no such picture yet; give photo, character, comparison, face N or variation N.";
        return false;
    }
    const std::string head = "P6\n" + std::to_string(picture->shape[1]) + " " + std::to_string(picture->shape[0]) +
                             "\n255\n";
    Bytes file(head.begin(), head.end());
    file.insert(file.end(), picture->values.begin(), picture->values.end());
    return write_file(path, file, problem);
}

}  // namespace facebridge
