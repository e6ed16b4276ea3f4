// What other modules link with is marked: inside Unreal the core is a library of its own, whose symbols are hidden.

#pragma once

// Unreal's build tool defines it as the export or the import of the platform; with CMake the core is linked in whole.
#ifndef FACEBRIDGECORE_API
#define FACEBRIDGECORE_API
#endif
