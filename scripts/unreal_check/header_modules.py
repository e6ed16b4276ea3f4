"""Which module of the engine owns a header that no reflected type names; what unreal-stub knows is not repeated."""

from __future__ import annotations

# Module -> headers, or folders of headers with their slash; of several that fit, the longest counts.
_TABLE = {
    "Core": """
        CoreMinimal.h CoreTypes.h Async/ Containers/ Delegates/ GenericPlatform/ HAL/ Internationalization/ Logging/
        Math/ Misc/ Modules/ Stats/ Tasks/ Templates/ Serialization/ Features/ Runtime/Launch/Resources/
        UObject/NameTypes.h UObject/UnrealNames.h PixelFormat.h Misc/CoreDelegates.h
    """,
    "CoreUObject": "UObject/ Templates/SubclassOf.h Templates/Casts.h Misc/PackageName.h AssetRegistry/AssetData.h",
    "Engine": """
        Engine/ Components/ GameFramework/ Animation/ Materials/ Kismet/ Camera/ Tickable.h EngineUtils.h
        Subsystems/ TextureResource.h UnrealClient.h SceneView.h SceneInterface.h ShowFlags.h ShaderCompiler.h
        AssetCompilingManager.h ContentStreaming.h ReferenceSkeleton.h SkeletalMeshTypes.h
        Rendering/SkeletalMeshRenderData.h Commandlets/ EngineGlobals.h EngineModule.h SkinnedAssetCompiler.h
        ImageUtils.h Selection.h SkeletalMeshCompiler.h BoneContainer.h BonePose.h
    """,
    "UnrealEd": """
        TickableEditorObject.h Editor.h Editor/ EditorUndoClient.h ScopedTransaction.h FileHelpers.h Factories/
        LevelEditorViewport.h EditorDirectories.h ObjectTools.h
    """,
    "AnimationCore": "BoneIndices.h",
    "EditorSubsystem": "Subsystems/EditorSubsystem.h",
    "DeveloperSettings": "Engine/DeveloperSettings.h",
    "RenderCore": "RenderingThread.h RenderResource.h RenderCommandFence.h",
    "RHI": "RHI.h RHIGPUReadback.h RHICommandList.h RHIResources.h RHIDefinitions.h RHIStats.h RHIFwd.h",
    "ImageWrapper": "IImageWrapper.h IImageWrapperModule.h",
    "ImageCore": "ImageCore.h",
    "Projects": "Interfaces/IPluginManager.h",
    "AssetRegistry": "AssetRegistry/",
    "SlateCore": """
        Rendering/ Styling/ Layout/ Input/ Brushes/ Fonts/ Textures/ SlateGlobals.h SlateFwd.h Types/
        SlateOptMacros.h Widgets/SCompoundWidget.h Widgets/SLeafWidget.h Widgets/SWidget.h Widgets/SBoxPanel.h
        Widgets/SOverlay.h Widgets/SNullWidget.h Widgets/SPanel.h Widgets/DeclarativeSyntaxSupport.h
        Widgets/SUserWidget.h Widgets/SWindow.h Widgets/Images/ Application/
    """,
    "Slate": "Widgets/ Framework/ SlateBasics.h Widgets/Images/SThrobber.h",
    "InputCore": "InputCoreTypes.h",
    "ToolMenus": """
        ToolMenus.h ToolMenu.h ToolMenuSection.h ToolMenuEntry.h ToolMenuDelegates.h ToolMenuMisc.h ToolMenuOwner.h
    """,
    "AssetTools": "AssetToolsModule.h IAssetTools.h",
    "ContentBrowser": "ContentBrowserModule.h IContentBrowserSingleton.h",
    "LevelEditor": "LevelEditor.h",
    "DesktopPlatform": "DesktopPlatformModule.h IDesktopPlatform.h",
    "WorkspaceMenuStructure": "WorkspaceMenuStructure.h WorkspaceMenuStructureModule.h",
    "PropertyEditor": "PropertyEditorModule.h PropertyCustomizationHelpers.h",
    "ApplicationCore": "HAL/PlatformApplicationMisc.h",
    "ControlRig": "ControlRig.h ControlRigComponent.h",
}
HEADERS = {header: module for module, headers in _TABLE.items() for header in headers.split()}
