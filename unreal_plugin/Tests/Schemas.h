// A small character for tests: a mirrored pair, two groups, a choice.

#pragma once

#include "FaceBridgeCore/Schema.h"

#include <doctest/doctest.h>

#include <string>

inline const std::string kSchemaText = R"({"character": "tiny", "version": "1", "parameters": [
{"name": "eye.left.size", "group": "eyes", "label": "Left eye size", "description": "Opens it", "minimum": -1,
 "maximum": 1, "default": 0, "mirror": "eye.right.size", "kind": "shape"},
{"name": "eye.right.size", "group": "eyes", "label": "Right eye size", "description": "Opens it", "minimum": -1,
 "maximum": 1, "default": 0, "mirror": "eye.left.size", "kind": "shape"},
{"name": "nose.width", "group": "nose", "label": "Nose width", "description": "Of the wings", "minimum": -1.3,
 "maximum": 1.3, "default": 0.1, "mirror": null, "kind": "bone"},
{"name": "skin.gloss", "group": "skin", "label": "Gläse", "description": "Shine of the nose", "minimum": 0,
 "maximum": 4, "default": 1, "kind": "material"}],
"choices": [{"name": "hair.style", "label": "Hair", "description": "Above", "options": ["short", "long"],
 "default": "long"}]})";

inline facebridge::Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

inline facebridge::Schema tiny_schema() {
    facebridge::Schema schema;
    std::string problem;
    REQUIRE_MESSAGE(facebridge::read_schema(bytes_of(kSchemaText), schema, problem), problem);
    return schema;
}
