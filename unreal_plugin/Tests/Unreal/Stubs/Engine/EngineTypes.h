// Small types of the engine that many classes share.

#pragma once

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
