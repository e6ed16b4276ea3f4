// FTransform, FBox and FBoxSphereBounds: where things are and how large.

#pragma once

#include "Math/Vector.h"

struct FTransform // C70
{
	FTransform(); // C70
	explicit FTransform(const FVector& Translation); // C70
	explicit FTransform(const FQuat& Rotation); // C70
	explicit FTransform(const FRotator& Rotation); // C70
	FTransform(const FQuat& Rotation, const FVector& Translation, const FVector& Scale3D = FVector::OneVector); // C70
	FTransform(const FRotator& Rotation, const FVector& Translation, const FVector& Scale3D = FVector::OneVector); // C70
	FTransform operator*(const FTransform& Other) const; // C70
	FTransform Inverse() const; // C70
	FTransform GetRelativeTransform(const FTransform& Other) const; // C70
	FVector TransformPosition(const FVector& Position) const; // C70
	FVector InverseTransformPosition(const FVector& Position) const; // C70
	FVector TransformVector(const FVector& Vector) const; // C70
	FQuat GetRotation() const; // C70
	FRotator Rotator() const; // C70
	FVector GetTranslation() const; // C70
	FVector GetLocation() const; // C70
	FVector GetScale3D() const; // C70
	void SetRotation(const FQuat& Rotation); // C70
	void SetTranslation(const FVector& Translation); // C70
	void SetLocation(const FVector& Location); // C70
	void SetScale3D(const FVector& Scale); // C70
	void AddToTranslation(const FVector& Delta); // C70
	void NormalizeRotation(); // C70
	bool Equals(const FTransform& Other, double Tolerance = 1.e-4) const; // C70
	static const FTransform Identity; // C70
};
struct FBox // C71
{
	FVector Min; // C71
	FVector Max; // C71
	uint8 IsValid; // C71
	explicit FBox(EForceInit); // C71
	FBox(const FVector& InMin, const FVector& InMax); // C71
	FVector GetCenter() const; // C71
	FVector GetExtent() const; // C71
	FVector GetSize() const; // C71
	FBox& operator+=(const FVector& Point); // C71
	FBox& operator+=(const FBox& Other); // C71
};
struct FBoxSphereBounds // C71
{
	FVector Origin; // C71
	FVector BoxExtent; // C71
	double SphereRadius; // C71
	FBox GetBox() const; // C71
};
