// Small types of the engine that many classes share.

#pragma once

#include "Containers/UnrealString.h"
#include "Engine/EngineBaseTypes.h"

namespace EEndPlayReason
{
	enum Type : int { Destroyed, LevelTransition, EndPlayInEditor, RemovedFromWorld, Quit }; // C131
}
namespace EComponentMobility
{
	enum Type : int { Static, Stationary, Movable }; // C131
}
enum class ESpawnActorCollisionHandlingMethod : uint8 { Undefined, AlwaysSpawn, AdjustIfPossibleButAlwaysSpawn, AdjustIfPossibleButDontSpawnIfColliding, DontSpawnIfColliding }; // C135
enum class ETeleportType : uint8 { None, TeleportPhysics, ResetPhysics }; // C131
enum ESceneCaptureSource : int { SCS_SceneColorHDR, SCS_SceneColorHDRNoAlpha, SCS_FinalColorLDR }; // R28
namespace EDynamicGlobalIlluminationMethod
{
	enum Type : int { None, Lumen, ScreenSpace, Plugin }; // R31
}
namespace EReflectionMethod
{
	enum Type : int { None, Lumen, ScreenSpace }; // R31
}
struct FFilePath { FString FilePath; }; // R39
