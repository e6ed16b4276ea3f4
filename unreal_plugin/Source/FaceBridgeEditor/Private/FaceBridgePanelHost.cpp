// Thirty times a second the model takes what came from the network; nothing here waits for anything.

#include "FaceBridgePanelHost.h"

#include "Editor.h"
#include "FaceBridgeCharacterComponent.h"
#include "FaceBridgeSettings.h"
#include "FaceBridgeText.h"
#include "GameFramework/Actor.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/KeyFile.h"
THIRD_PARTY_INCLUDES_END

#define LOCTEXT_NAMESPACE "FaceBridgePanelHost"

namespace
{
	constexpr float TickSeconds = 1.0f / 30.0f;
}

FFaceBridgePanelHost::FFaceBridgePanelHost()
	: Model(MakeUnique<facebridge::PanelModel>(facebridge::Engine{&Selection, &Log, nullptr, &Files}))
	, Shown(MakeUnique<facebridge::PanelView>(Model->view()))
{
}

FFaceBridgePanelHost::~FFaceBridgePanelHost()
{
	FTSTicker::RemoveTicker(Ticker);
	EndGesture();
	if (GEditor != nullptr)
	{
		GEditor->UnregisterForUndo(this);
	}
}

void FFaceBridgePanelHost::Start()
{
	Selection.OnOtherValues.BindSP(this, &FFaceBridgePanelHost::Adopt);
	Ticker = FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateSP(this, &FFaceBridgePanelHost::Tick), TickSeconds);
	if (GEditor != nullptr)
	{
		GEditor->RegisterForUndo(this);
	}
	Connect();
}

bool FFaceBridgePanelHost::Do(TFunctionRef<bool(facebridge::PanelModel& Model, std::string& Problem)> Action)
{
	std::string Problem;
	OwnProblem.Reset();
	const bool bDone = Action(*Model, Problem);
	Refresh();
	return bDone;
}

void FFaceBridgePanelHost::BeginGesture(const FText& Words)
{
	EndGesture();
	bInGesture = true;
	if (GEditor != nullptr && Selection.Get() != nullptr)
	{
		bInTransaction = true;
		GEditor->BeginTransaction(Words);
		Selection.Get()->Modify();
	}
}

void FFaceBridgePanelHost::EndGesture()
{
	if (!bInGesture)
	{
		return;
	}
	bInGesture = false;
	Model->end_gesture();
	if (bInTransaction && GEditor != nullptr)
	{
		GEditor->EndTransaction();
	}
	bInTransaction = false;
}

void FFaceBridgePanelHost::Undo()
{
	if (Selection.Get() != nullptr && GEditor != nullptr)
	{
		GEditor->UndoTransaction();
		return;
	}
	Do([](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.undo(Problem); });
}

void FFaceBridgePanelHost::Redo()
{
	if (Selection.Get() != nullptr && GEditor != nullptr)
	{
		GEditor->RedoTransaction();
		return;
	}
	Do([](facebridge::PanelModel& Panel, std::string& Problem) { return Panel.redo(Problem); });
}

bool FFaceBridgePanelHost::CanUndo() const
{
	return Selection.Get() != nullptr ? View().may.edit : View().may.undo;
}

bool FFaceBridgePanelHost::CanRedo() const
{
	return Selection.Get() != nullptr ? View().may.edit : View().may.redo;
}

void FFaceBridgePanelHost::Connect()
{
	const UFaceBridgeSettings* Settings = GetDefault<UFaceBridgeSettings>();
	ConnectTo(Settings->ServiceAddress, Settings->KeysFile);
}

void FFaceBridgePanelHost::ConnectTo(const FString& Address, const FString& KeysFile)
{
	Do([&](facebridge::PanelModel& Panel, std::string& Problem) {
		facebridge::SessionOptions Options;
		Options.transport.address = FaceBridge::ToCore(Address);
		Options.transport.hello.software = "FaceBridge for Unreal";
		if (!KeysFile.IsEmpty())
		{
			Options.transport.keys.emplace();
			if (!facebridge::read_keys(FaceBridge::ToCore(KeysFile), *Options.transport.keys, Problem))
			{
				Tell(FaceBridge::ToUnreal(Problem));
				return false;
			}
		}
		return Panel.connect(std::move(Options), Problem);
	});
}

void FFaceBridgePanelHost::Disconnect()
{
	Model->disconnect();
	Refresh();
}

bool FFaceBridgePanelHost::CanStartService() const
{
	return !Service.IsRunning() && !GetDefault<UFaceBridgeSettings>()->LocalServiceCommand.IsEmpty();
}

void FFaceBridgePanelHost::StartService()
{
	FString Problem;
	bJoinedService = false;
	OwnProblem.Reset();
	if (!Service.Start(GetDefault<UFaceBridgeSettings>()->LocalServiceCommand, Problem))
	{
		Tell(Problem);
	}
	Refresh();
}

void FFaceBridgePanelHost::StopService()
{
	Service.Stop();
	Refresh();
}

FText FFaceBridgePanelHost::GetTargetText() const
{
	const UFaceBridgeCharacterComponent* Component = Selection.Get();
	if (Component == nullptr)
	{
		return LOCTEXT("NoTarget", "No character is selected: changes stay in the panel until you select an actor with a FaceBridge character.");
	}
	const AActor* Owner = Component->GetOwner();
	return FText::Format(LOCTEXT("Target", "Applied to {0}"),
		FText::FromString(Owner != nullptr ? Owner->GetActorLabel() : Component->GetName()));
}

FString FFaceBridgePanelHost::GetSchemaHash() const
{
	return KnownSchema;
}

void FFaceBridgePanelHost::Tell(const FString& Problem)
{
	OwnProblem = Problem;
	UE_LOG(LogFaceBridge, Warning, TEXT("%s"), *Problem);
}

void FFaceBridgePanelHost::PostUndo(bool bSuccess)
{
	Adopt();
}

void FFaceBridgePanelHost::PostRedo(bool bSuccess)
{
	Adopt();
}

bool FFaceBridgePanelHost::Tick(float DeltaTime)
{
	Service.Update();
	if (!bJoinedService && !Service.GetAddress().IsEmpty())
	{
		bJoinedService = true; // It listens where it was told to, which need not be the settings' address.
		ConnectTo(Service.GetAddress(), GetDefault<UFaceBridgeSettings>()->KeysFile);
	}
	const bool bOther = Model->update();
	const FString Schema = Model->editor() != nullptr ? FaceBridge::ToUnreal(Model->editor()->schema().hash) : FString();
	if (Schema != KnownSchema)
	{
		KnownSchema = Schema;
		Adopt(); // The selected character may have waited for its schema to be known.
	}
	Selection.Update();
	if (bOther)
	{
		Refresh(); // Only then: a view of hundreds of rows takes a good part of a millisecond.
	}
	return true;
}

void FFaceBridgePanelHost::Adopt()
{
	const UFaceBridgeCharacterComponent* Component = Selection.Get();
	facebridge::Character Character;
	if (Component == nullptr || Model->editor() == nullptr ||
		!Component->ReadCharacter(Model->editor()->schema(), Character))
	{
		return;
	}
	std::string Problem;
	if (!Model->adopt(std::move(Character), Problem))
	{
		Tell(FaceBridge::ToUnreal(Problem));
	}
	Refresh();
}

void FFaceBridgePanelHost::Refresh()
{
	*Shown = Model->view();
	OnViewChanged.Broadcast();
}

#undef LOCTEXT_NAMESPACE
