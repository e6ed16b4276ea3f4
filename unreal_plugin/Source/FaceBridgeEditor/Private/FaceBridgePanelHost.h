// What joins the panel's model to the editor: its tick, the selection, undo, dialogs, and a service on this machine.

#pragma once

#include "Containers/Ticker.h"
#include "CoreMinimal.h"
#include "EditorUndoClient.h"
#include "FaceBridgeFileDialog.h"
#include "FaceBridgeLocalService.h"
#include "FaceBridgeLog.h"
#include "FaceBridgeSelection.h"

THIRD_PARTY_INCLUDES_START
#include "FaceBridgeCore/PanelModel.h"
THIRD_PARTY_INCLUDES_END

/** For the game thread. Widgets read View() and act through Do(). */
class FFaceBridgePanelHost final : public TSharedFromThis<FFaceBridgePanelHost>, public FEditorUndoClient
{
public:
	FFaceBridgePanelHost();
	virtual ~FFaceBridgePanelHost() override;

	/** Begin to tick; connects to the service of the settings. */
	void Start();

	const facebridge::PanelView& View() const { return *Shown; }

	/** Something in the view may be different. */
	FSimpleMulticastDelegate OnViewChanged;

	/** One action on the model; what came of it, also of a refusal, is in the view afterwards. */
	bool Do(TFunctionRef<bool(facebridge::PanelModel& Model, std::string& Problem)> Action);

	/** A drag of a slider is one step to undo, of the panel and of the editor. */
	void BeginGesture(const FText& Words);
	void EndGesture();
	bool IsInGesture() const { return bInGesture; }

	/** By the editor's own undo while a character is selected, so that there is one history. */
	void Undo();
	void Redo();
	bool CanUndo() const;
	bool CanRedo() const;

	void Connect();
	void Disconnect();
	bool CanStartService() const;
	void StartService();
	void StopService();
	bool IsServiceRunning() const { return Service.IsRunning(); }

	/** Which character gets the values, in words. */
	FText GetTargetText() const;

	/** The schema's hash, for presets as assets; empty before a character is known. */
	FString GetSchemaHash() const;

	/** Say something that did not come from the model. */
	void Tell(const FString& Problem);
	const FString& GetOwnProblem() const { return OwnProblem; }

	virtual void PostUndo(bool bSuccess) override;
	virtual void PostRedo(bool bSuccess) override;

private:
	bool Tick(float DeltaTime);
	void ConnectTo(const FString& Address, const FString& KeysFile);
	void Adopt();
	void Refresh();

	FFaceBridgeLog Log;
	FFaceBridgeFileDialog Files;
	FFaceBridgeSelection Selection;
	FFaceBridgeLocalService Service;
	TUniquePtr<facebridge::PanelModel> Model;
	TUniquePtr<facebridge::PanelView> Shown;
	FTSTicker::FDelegateHandle Ticker;
	FString OwnProblem;
	FString KnownSchema;
	bool bInGesture = false;
	bool bInTransaction = false;
	bool bJoinedService = false;
};
