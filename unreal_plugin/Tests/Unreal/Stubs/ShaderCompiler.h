// FShaderCompilingManager: shaders that are still being compiled, in the editor.

#pragma once

#include "CoreMinimal.h"

class FShaderCompilingManager // R36
{
public:
	int32 GetNumRemainingJobs() const; // R36
};
extern FShaderCompilingManager* GShaderCompilingManager; // R36
