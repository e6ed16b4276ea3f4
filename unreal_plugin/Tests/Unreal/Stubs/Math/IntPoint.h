// FIntPoint, FIntRect and FIntVector: whole pixels.

#pragma once

#include "Containers/UnrealString.h"

struct FIntPoint // C64
{
	int32 X; // C64
	int32 Y; // C64
	FIntPoint(); // C64
	FIntPoint(int32 InX, int32 InY); // C64
	explicit FIntPoint(int32 Both); // C64
	explicit FIntPoint(EForceInit); // C64
	bool operator==(const FIntPoint& Other) const; // C64
	FIntPoint operator+(const FIntPoint& Other) const; // C64
	FIntPoint operator-(const FIntPoint& Other) const; // C64
	FIntPoint operator*(int32 Scale) const; // C64
	static const FIntPoint ZeroValue; // C64
	FString ToString() const; // C64
};
struct FIntRect // C64
{
	FIntPoint Min; // C64
	FIntPoint Max; // C64
	FIntRect(); // C64
	FIntRect(int32 X0, int32 Y0, int32 X1, int32 Y1); // C64
	FIntRect(FIntPoint InMin, FIntPoint InMax); // C64
	int32 Width() const; // C64
	int32 Height() const; // C64
};
struct FIntVector // C64
{
	int32 X; // C64
	int32 Y; // C64
	int32 Z; // C64
	FIntVector(); // C64
	FIntVector(int32 InX, int32 InY, int32 InZ); // C64
	static const FIntVector ZeroValue; // C64
};
