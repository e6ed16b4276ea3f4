// UDeveloperSettings: a page of the project's settings that the editor finds by itself.

#pragma once

#include "Internationalization/Text.h"
#include "UObject/Object.h"

class UDeveloperSettings : public UObject // C129
{
	STUB_CLASS_BODY(UDeveloperSettings, UObject) // C129
	UDeveloperSettings(const FObjectInitializer& Initializer = FObjectInitializer::Get()); // C129
	virtual FName GetContainerName() const; // C129
	virtual FName GetCategoryName() const; // C129
	virtual FName GetSectionName() const; // C129
#if WITH_EDITOR
	virtual FText GetSectionText() const; // C129
	virtual FText GetSectionDescription() const; // C129
#endif
};
