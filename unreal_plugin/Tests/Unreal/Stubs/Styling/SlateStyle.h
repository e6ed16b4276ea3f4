// Style sets: brushes and styles under names.

#pragma once

#include "Brushes/SlateImageBrush.h"
#include "Styling/SlateTypes.h"

class ISlateStyle // S14
{
public:
	virtual ~ISlateStyle(); // S14
	virtual const FName& GetStyleSetName() const = 0; // S14
	virtual const FSlateBrush* GetBrush(const FName Name, const char* Specifier = nullptr, const ISlateStyle* Requesting = nullptr) const = 0; // S14
	template <typename T> const T& GetWidgetStyle(const FName Name) const; // S14
	FSlateColor GetSlateColor(const FName Name) const; // S14
};
class FSlateStyleSet : public ISlateStyle // S15
{
public:
	explicit FSlateStyleSet(const FName& Name); // S15
	virtual const FName& GetStyleSetName() const override; // S15
	virtual const FSlateBrush* GetBrush(const FName Name, const char* Specifier = nullptr, const ISlateStyle* Requesting = nullptr) const override; // S15
	void SetContentRoot(const FString& Folder); // S15
	FString RootToContentDir(const FString& Relative, const TCHAR* Extension); // S15
	template <typename T> requires std::is_base_of_v<FSlateBrush, T> void Set(FName Name, T* Brush); // S15
};
