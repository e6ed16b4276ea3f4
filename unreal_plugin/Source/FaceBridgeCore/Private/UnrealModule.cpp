// The core as a module of Unreal: the only file of it that knows the engine, and no part of the CMake build.

#include "Modules/ModuleManager.h"

IMPLEMENT_MODULE(FDefaultModuleImpl, FaceBridgeCore)
