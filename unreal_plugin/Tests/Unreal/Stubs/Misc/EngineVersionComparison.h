// Which engine this is compiled in, for what changed between 5.4 and 5.7.

#pragma once

#ifndef ENGINE_MAJOR_VERSION
#define ENGINE_MAJOR_VERSION 5 // C119
#endif
#ifndef ENGINE_MINOR_VERSION
#define ENGINE_MINOR_VERSION 6 // C119
#endif
#define UE_VERSION_OLDER_THAN(Major, Minor, Patch) (ENGINE_MAJOR_VERSION < (Major) || (ENGINE_MAJOR_VERSION == (Major) && ENGINE_MINOR_VERSION < (Minor))) // C119
#define UE_VERSION_NEWER_THAN(Major, Minor, Patch) (ENGINE_MAJOR_VERSION > (Major) || (ENGINE_MAJOR_VERSION == (Major) && ENGINE_MINOR_VERSION > (Minor))) // C119
