// SObjectPropertyEntryBox: an asset of one class to choose.

#pragma once

#include "AssetRegistry/AssetData.h"
#include "Widgets/SWidget.h"

using FOnSetObject = TDelegate<void(const FAssetData&)>; // S65
class SObjectPropertyEntryBox : public SWidget // S65
{
public:
	SLATE_BEGIN_ARGS(SObjectPropertyEntryBox) {} // S65
		SLATE_ATTRIBUTE(FString, ObjectPath) // S65
		SLATE_ARGUMENT(UClass*, AllowedClass) // S65
		SLATE_ARGUMENT(bool, AllowClear) // S65
		SLATE_ARGUMENT(bool, DisplayThumbnail) // S65
		SLATE_EVENT(FOnSetObject, OnObjectChanged) // S65
	SLATE_END_ARGS() // S65
	void Construct(const FArguments& Args); // S65
};
