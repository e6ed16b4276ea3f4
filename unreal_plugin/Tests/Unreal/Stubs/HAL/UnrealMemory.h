// FMemory: copying and clearing bytes.

#pragma once

#include "CoreTypes.h"

struct FMemory // C112
{
	static void* Memcpy(void* Destination, const void* Source, SIZE_T Count); // C112
	static void* Memmove(void* Destination, const void* Source, SIZE_T Count); // C112
	static void* Memzero(void* Destination, SIZE_T Count); // C112
	static void* Memset(void* Destination, uint8 Byte, SIZE_T Count); // C112
	static int32 Memcmp(const void* A, const void* B, SIZE_T Count); // C112
};
