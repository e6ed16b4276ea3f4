// FMath: both operands of Max, Min and Clamp are of one type here, so that a mixed call is seen.

#pragma once

#include "CoreTypes.h"

inline constexpr float UE_SMALL_NUMBER = 1.e-8f; // C62
inline constexpr float UE_KINDA_SMALL_NUMBER = 1.e-4f; // C62
inline constexpr float UE_PI = 3.1415926535897932f; // C62

struct FMath // C63
{
	template <typename T> static constexpr T Max(T A, T B); // C63
	template <typename T> static constexpr T Min(T A, T B); // C63
	template <typename T> static constexpr T Max3(T A, T B, T C); // C63
	template <typename T> static constexpr T Clamp(T Value, T Low, T High); // C63
	template <typename T> static constexpr T Abs(T Value); // C63
	template <typename T> static constexpr T Square(T Value); // C63
	template <typename T, typename U> static constexpr T Lerp(const T& A, const T& B, const U& Alpha); // C63
	template <typename T> static constexpr T DivideAndRoundUp(T Dividend, T Divisor); // C63
	template <typename T> static constexpr bool IsPowerOfTwo(T Value); // C63
	static int32 RoundToInt32(float Value); // C63
	static int32 RoundToInt32(double Value); // C63
	static int32 FloorToInt32(float Value); // C63
	static int32 FloorToInt32(double Value); // C63
	static int32 CeilToInt32(float Value); // C63
	static int32 CeilToInt32(double Value); // C63
	static int32 RoundToInt(float Value); // C63
	static int64 RoundToInt(double Value); // C63
	static float Sqrt(float Value); // C63
	static double Sqrt(double Value); // C63
	static float Pow(float Base, float Exponent); // C63
	static double Pow(double Base, double Exponent); // C63
	static float Sin(float Value); // C63
	static double Sin(double Value); // C63
	static float Cos(float Value); // C63
	static double Cos(double Value); // C63
	static float Tan(float Value); // C63
	static double Tan(double Value); // C63
	static float Atan(float Value); // C63
	static double Atan(double Value); // C63
	static float Atan2(float Y, float X); // C63
	static double Atan2(double Y, double X); // C63
	static bool IsFinite(float Value); // C63
	static bool IsFinite(double Value); // C63
	static bool IsNearlyEqual(float A, float B, float Tolerance = UE_SMALL_NUMBER); // C63
	static bool IsNearlyEqual(double A, double B, double Tolerance = UE_SMALL_NUMBER); // C63
	static bool IsNearlyZero(float Value, float Tolerance = UE_SMALL_NUMBER); // C63
	static bool IsNearlyZero(double Value, double Tolerance = UE_SMALL_NUMBER); // C63
	static float DegreesToRadians(float Degrees); // C63
	static double DegreesToRadians(double Degrees); // C63
	static float RadiansToDegrees(float Radians); // C63
	static double RadiansToDegrees(double Radians); // C63
	static float FInterpTo(float Current, float Target, float DeltaTime, float Speed); // C63
	static int32 RandRange(int32 Low, int32 High); // C63
};
