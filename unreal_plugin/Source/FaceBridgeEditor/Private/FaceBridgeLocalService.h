// A service on this machine that the panel starts and stops: a process that ends with the editor.

#pragma once

#include "CoreMinimal.h"
#include "HAL/PlatformProcess.h"

/** For the game thread; Update() reads what the process said, into the log. */
class FFaceBridgeLocalService
{
public:
	~FFaceBridgeLocalService();

	/** Run a command line; false, with a sentence, when it cannot be. */
	bool Start(const FString& CommandLine, FString& OutProblem);
	void Stop();
	void Update();

	bool IsRunning() const;

	/** Where it listens, once it has said so; empty before. */
	const FString& GetAddress() const { return Address; }

	/** What it said last, such as why it ended. */
	const FString& GetLastLine() const { return LastLine; }

	/** The address in a line with which `facebridge serve` says that it is ready; empty for any other line. */
	static FString AddressIn(const FString& Line);

	/** A command line as its program and its arguments; quotation marks hold a path with spaces together. */
	static void Split(const FString& CommandLine, FString& OutProgram, FString& OutArguments);

private:
	void Read();
	void Close();

	FProcHandle Process;
	void* ReadEnd = nullptr;
	void* WriteEnd = nullptr;
	FString Rest;
	FString Address;
	FString LastLine;
	bool bRunning = false;
};
