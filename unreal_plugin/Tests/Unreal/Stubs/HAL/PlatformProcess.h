// FPlatformProcess: other programs, sleeping, and where this one lies.

#pragma once

#include "Containers/UnrealString.h"

struct FProcHandle // C110
{
	FProcHandle(); // C110
	bool IsValid() const; // C110
	void Reset(); // C110
};
struct FPlatformProcess // C110
{
	static void Sleep(float Seconds); // C110
	static FProcHandle CreateProc(const TCHAR* Url, const TCHAR* Parms, bool bLaunchDetached, bool bLaunchHidden, bool bLaunchReallyHidden, uint32* OutProcessID, int32 PriorityModifier, const TCHAR* OptionalWorkingDirectory, void* PipeWriteChild, void* PipeReadChild = nullptr); // C110
	static bool IsProcRunning(FProcHandle& Handle); // C110
	static void TerminateProc(FProcHandle& Handle, bool bKillTree = false); // C110
	static void CloseProc(FProcHandle& Handle); // C110
	static void WaitForProc(FProcHandle& Handle); // C110
	static bool GetProcReturnCode(FProcHandle& Handle, int32* OutCode); // C110
	static bool CreatePipe(void*& OutReadPipe, void*& OutWritePipe, bool bWritePipeLocal = false); // C110
	static void ClosePipe(void* ReadPipe, void* WritePipe); // C110
	static FString ReadPipe(void* ReadPipe); // C110
	static uint32 GetCurrentProcessId(); // C110
	static const TCHAR* ComputerName(); // C110
	static const TCHAR* UserName(bool bOnlyAlphaNumeric = true); // C110
	static const TCHAR* UserSettingsDir(); // C110
	static void LaunchURL(const TCHAR* Url, const TCHAR* Parms, FString* OutError); // C110
	static void* GetDllHandle(const TCHAR* File); // C110
	static void FreeDllHandle(void* Handle); // C110
};
