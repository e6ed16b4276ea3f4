// FVector and its family: doubles since UE 5; FVector2f and FVector3f for what is stored as float.

#pragma once

#include "Containers/UnrealString.h"

struct FRotator; // C68
struct FQuat; // C68
struct FVector // C67
{
	double X; // C67
	double Y; // C67
	double Z; // C67
	FVector(); // C67
	explicit FVector(double All); // C67
	FVector(double InX, double InY, double InZ); // C67
	explicit FVector(EForceInit); // C67
	FVector operator+(const FVector& Other) const; // C67
	FVector operator-(const FVector& Other) const; // C67
	FVector operator-() const; // C67
	FVector operator*(double Scale) const; // C67
	FVector operator*(const FVector& Other) const; // C67
	FVector operator/(double Scale) const; // C67
	FVector& operator+=(const FVector& Other); // C67
	FVector& operator-=(const FVector& Other); // C67
	FVector& operator*=(double Scale); // C67
	bool operator==(const FVector& Other) const; // C67
	bool Equals(const FVector& Other, double Tolerance = 1.e-4) const; // C67
	bool IsNearlyZero(double Tolerance = 1.e-4) const; // C67
	bool ContainsNaN() const; // C67
	double Size() const; // C67
	double Length() const; // C67
	double SizeSquared() const; // C67
	FVector GetSafeNormal(double Tolerance = 1.e-8) const; // C67
	FRotator Rotation() const; // C67
	FString ToString() const; // C67
	static double DotProduct(const FVector& A, const FVector& B); // C67
	static FVector CrossProduct(const FVector& A, const FVector& B); // C67
	static double Dist(const FVector& A, const FVector& B); // C67
	static const FVector ZeroVector; // C67
	static const FVector OneVector; // C67
	static const FVector UpVector; // C67
	static const FVector ForwardVector; // C67
	static const FVector RightVector; // C67
};
FVector operator*(double Scale, const FVector& Vector); // C67
struct FVector2D // C69
{
	double X; // C69
	double Y; // C69
	FVector2D(); // C69
	FVector2D(double InX, double InY); // C69
	explicit FVector2D(double Both); // C69
	FVector2D operator+(const FVector2D& Other) const; // C69
	FVector2D operator-(const FVector2D& Other) const; // C69
	FVector2D operator*(double Scale) const; // C69
	bool operator==(const FVector2D& Other) const; // C69
	double Size() const; // C69
	static const FVector2D ZeroVector; // C69
	static const FVector2D UnitVector; // C69
};
struct FVector2f { float X; float Y; FVector2f(); FVector2f(float InX, float InY); explicit FVector2f(const FVector2D& Other); }; // C69
struct FVector3f { float X; float Y; float Z; FVector3f(); FVector3f(float InX, float InY, float InZ); explicit FVector3f(const FVector& Other); }; // C67
struct FVector4 { double X; double Y; double Z; double W; FVector4(); FVector4(double InX, double InY, double InZ, double InW); }; // C67
struct FRotator // C68
{
	double Pitch; // C68
	double Yaw; // C68
	double Roll; // C68
	FRotator(); // C68
	FRotator(double InPitch, double InYaw, double InRoll); // C68
	explicit FRotator(const FQuat& Quat); // C68
	FQuat Quaternion() const; // C68
	FVector Vector() const; // C68
	FVector RotateVector(const FVector& Value) const; // C68
	bool Equals(const FRotator& Other, double Tolerance = 1.e-4) const; // C68
	FString ToString() const; // C68
	static const FRotator ZeroRotator; // C68
};
struct FQuat // C68
{
	double X; // C68
	double Y; // C68
	double Z; // C68
	double W; // C68
	FQuat(); // C68
	FQuat(double InX, double InY, double InZ, double InW); // C68
	FQuat(FVector Axis, double AngleRad); // C68
	explicit FQuat(const FRotator& Rotator); // C68
	FQuat operator*(const FQuat& Other) const; // C68
	FQuat Inverse() const; // C68
	FQuat GetNormalized(double Tolerance = 1.e-8) const; // C68
	FRotator Rotator() const; // C68
	FVector RotateVector(FVector Value) const; // C68
	static FQuat MakeFromEuler(const FVector& Euler); // C68
	static FQuat Slerp(const FQuat& A, const FQuat& B, double Alpha); // C68
	static const FQuat Identity; // C68
};
