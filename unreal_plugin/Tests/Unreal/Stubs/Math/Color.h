// FLinearColor and FColor: linear floats, and sRGB bytes stored as BGRA.

#pragma once

#include "Containers/UnrealString.h"

struct FColor; // C65
struct FLinearColor // C66
{
	float R; // C66
	float G; // C66
	float B; // C66
	float A; // C66
	FLinearColor() = default; // C66
	constexpr FLinearColor(float InR, float InG, float InB, float InA = 1.0f) : R(InR), G(InG), B(InB), A(InA) {} // C66
	FLinearColor(const FColor& Color); // C66
	FColor ToFColor(bool bSRGB) const; // C66
	FColor ToFColorSRGB() const; // C66
	FLinearColor operator*(float Scale) const; // C66
	bool operator==(const FLinearColor& Other) const; // C66
	bool Equals(const FLinearColor& Other, float Tolerance = 1.e-4f) const; // C66
	FLinearColor CopyWithNewOpacity(float Opacity) const; // C66
	static const FLinearColor White; // C66
	static const FLinearColor Gray; // C66
	static const FLinearColor Black; // C66
	static const FLinearColor Transparent; // C66
	static const FLinearColor Red; // C66
	static const FLinearColor Green; // C66
	static const FLinearColor Yellow; // C66
};
struct FColor // C65
{
	uint8 B; // C65
	uint8 G; // C65
	uint8 R; // C65
	uint8 A; // C65
	FColor() = default; // C65
	constexpr FColor(uint8 InR, uint8 InG, uint8 InB, uint8 InA = 255) : B(InB), G(InG), R(InR), A(InA) {} // C65
	explicit FColor(EForceInit); // C65
	bool operator==(const FColor& Other) const; // C65
	FLinearColor ReinterpretAsLinear() const; // C65
	FString ToHex() const; // C65
	uint32 DWColor() const; // C65
	static const FColor White; // C65
	static const FColor Black; // C65
	static const FColor Red; // C65
	static const FColor Transparent; // C65
	static const FColor Magenta; // C65
};
