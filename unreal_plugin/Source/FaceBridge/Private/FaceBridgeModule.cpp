// The runtime module: nothing to start, for the engine finds its classes by itself.

#include "CoreMinimal.h"
#include "Modules/ModuleManager.h"

IMPLEMENT_MODULE(FDefaultModuleImpl, FaceBridge)
