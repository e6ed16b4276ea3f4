// UEngine and GEngine, which may be null before the engine runs.

#pragma once

#include "Engine/World.h"
#include "Subsystems/EngineSubsystem.h"

class UGameViewportClient; // C137
struct FWorldContext { EWorldType::Type WorldType; UWorld* World() const; }; // C137
class UEngine : public UObject // C137
{
	STUB_CLASS_BODY(UEngine, UObject) // C137
	UGameViewportClient* GameViewport; // C137
	template <typename T> T* GetEngineSubsystem() const; // C137
	const TArray<FWorldContext>& GetWorldContexts() const; // C137
	bool Exec(UWorld* World, const TCHAR* Command); // C137
	void SetMaxFPS(float MaxFps); // C137
};
extern UEngine* GEngine; // C137
