// The process writes into a pipe that is read without waiting; whole lines go to the log.

#include "FaceBridgeLocalService.h"

#include "FaceBridgeLog.h"

#define LOCTEXT_NAMESPACE "FaceBridgeLocalService"

FFaceBridgeLocalService::~FFaceBridgeLocalService()
{
	Stop();
}

bool FFaceBridgeLocalService::Start(const FString& CommandLine, FString& OutProblem)
{
	Stop();
	FString Program;
	FString Arguments;
	Split(CommandLine, Program, Arguments);
	if (Program.IsEmpty())
	{
		OutProblem = LOCTEXT("NoCommand", "No command starts a service here; give one in Project Settings > Plugins > FaceBridge.").ToString();
		return false;
	}
	Address.Reset();
	LastLine.Reset();
	Rest.Reset();
	if (FPlatformProcess::CreatePipe(ReadEnd, WriteEnd))
	{
		Process = FPlatformProcess::CreateProc(
			*Program, *Arguments, /*bLaunchDetached*/ false, /*bLaunchHidden*/ true, /*bLaunchReallyHidden*/ true,
			/*OutProcessID*/ nullptr, /*PriorityModifier*/ 0, /*OptionalWorkingDirectory*/ nullptr, WriteEnd);
	}
	bRunning = Process.IsValid();
	if (!bRunning)
	{
		Close();
		OutProblem = FText::Format(
			LOCTEXT("NotStarted", "'{0}' could not be started; install FaceBridge, or give the whole path in Project Settings > Plugins > FaceBridge."),
			FText::FromString(Program)).ToString();
		return false;
	}
	UE_LOG(LogFaceBridge, Log, TEXT("Started the service: %s"), *CommandLine);
	return true;
}

void FFaceBridgeLocalService::Stop()
{
	if (bRunning)
	{
		FPlatformProcess::TerminateProc(Process, /*bKillTree*/ true);
		UE_LOG(LogFaceBridge, Log, TEXT("Stopped the service."));
	}
	Close();
}

void FFaceBridgeLocalService::Update()
{
	if (!bRunning)
	{
		return;
	}
	const bool bEnded = !FPlatformProcess::IsProcRunning(Process);
	Read();
	if (bEnded)
	{
		int32 Code = 0;
		FPlatformProcess::GetProcReturnCode(Process, &Code);
		UE_LOG(LogFaceBridge, Warning, TEXT("The service ended with code %d: %s"), Code, *LastLine);
		Close();
	}
}

bool FFaceBridgeLocalService::IsRunning() const
{
	return bRunning;
}

FString FFaceBridgeLocalService::AddressIn(const FString& Line)
{
	const FString Ready = TEXT("facebridge serve: ready on ");
	return Line.StartsWith(Ready, ESearchCase::CaseSensitive) ? Line.Mid(Ready.Len()).TrimStartAndEnd() : FString();
}

void FFaceBridgeLocalService::Split(const FString& CommandLine, FString& OutProgram, FString& OutArguments)
{
	FString Whole = CommandLine.TrimStartAndEnd();
	const FString Quote = TEXT("\"");
	const bool bQuoted = Whole.StartsWith(Quote);
	if (bQuoted)
	{
		Whole = Whole.Mid(1);
	}
	if (!Whole.Split(bQuoted ? Quote : FString(TEXT(" ")), &OutProgram, &OutArguments))
	{
		OutProgram = Whole;
		OutArguments.Reset();
	}
	OutArguments = OutArguments.TrimStartAndEnd();
}

void FFaceBridgeLocalService::Read()
{
	Rest += FPlatformProcess::ReadPipe(ReadEnd);
	FString Line;
	FString Later;
	while (Rest.Split(TEXT("\n"), &Line, &Later))
	{
		Rest = Later;
		Line = Line.TrimEnd();
		if (Line.IsEmpty())
		{
			continue;
		}
		LastLine = Line;
		UE_LOG(LogFaceBridge, Log, TEXT("service: %s"), *Line);
		const FString Found = AddressIn(Line);
		Address = Found.IsEmpty() ? Address : Found;
	}
}

void FFaceBridgeLocalService::Close()
{
	if (Process.IsValid())
	{
		FPlatformProcess::CloseProc(Process);
		Process.Reset();
	}
	FPlatformProcess::ClosePipe(ReadEnd, WriteEnd);
	ReadEnd = nullptr;
	WriteEnd = nullptr;
	bRunning = false;
}

#undef LOCTEXT_NAMESPACE
