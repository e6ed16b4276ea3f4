// Text between Unreal and the core, in one place: FString on one side, UTF-8 in std::string on the other.

#pragma once

#include "CoreMinimal.h"

THIRD_PARTY_INCLUDES_START
#include <cstdint>
#include <string>
#include <vector>
THIRD_PARTY_INCLUDES_END

namespace FaceBridge
{
	FACEBRIDGE_API FString ToUnreal(const std::string& Text);
	FACEBRIDGE_API FText ToText(const std::string& Text);
	FACEBRIDGE_API FName ToName(const std::string& Text);

	FACEBRIDGE_API std::string ToCore(const FString& Text);
	FACEBRIDGE_API std::string ToCore(const FName& Name);

	/** UTF-8 bytes, as the core's readers of JSON take them. */
	FACEBRIDGE_API std::vector<std::uint8_t> ToBytes(const FString& Text);
	FACEBRIDGE_API FString FromBytes(const std::vector<std::uint8_t>& Bytes);
}
