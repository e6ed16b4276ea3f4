// UTF-8 and FString: every text that crosses the seam to the core passes through here.

#include "FaceBridgeText.h"

#include "Containers/StringConv.h"

namespace FaceBridge
{
	FString ToUnreal(const std::string& Text)
	{
		const FUTF8ToTCHAR Converted(Text.data(), static_cast<int32>(Text.size()));
		return FString::ConstructFromPtrSize(Converted.Get(), Converted.Length());
	}

	FText ToText(const std::string& Text)
	{
		return FText::FromString(ToUnreal(Text));
	}

	FName ToName(const std::string& Text)
	{
		return FName(*ToUnreal(Text));
	}

	std::string ToCore(const FString& Text)
	{
		const FTCHARToUTF8 Converted(*Text, Text.Len());
		return std::string(Converted.Get(), static_cast<std::size_t>(Converted.Length()));
	}

	std::string ToCore(const FName& Name)
	{
		return ToCore(Name.ToString());
	}

	std::vector<std::uint8_t> ToBytes(const FString& Text)
	{
		const std::string Utf8 = ToCore(Text);
		return std::vector<std::uint8_t>(Utf8.begin(), Utf8.end());
	}

	FString FromBytes(const std::vector<std::uint8_t>& Bytes)
	{
		return ToUnreal(std::string(Bytes.begin(), Bytes.end()));
	}
}
