// FModuleManager and IMPLEMENT_MODULE, whose class must be a complete IModuleInterface.

#pragma once

#include "CoreMinimal.h"
#include "Modules/ModuleInterface.h"

class FModuleManager // C98
{
public:
	static FModuleManager& Get(); // C98
	bool IsModuleLoaded(FName Module) const; // C98
	IModuleInterface* LoadModule(FName Module); // C98
	template <typename T> requires std::is_base_of_v<IModuleInterface, T> static T& LoadModuleChecked(FName Module); // C98
	template <typename T> requires std::is_base_of_v<IModuleInterface, T> static T* LoadModulePtr(FName Module); // C98
	template <typename T> requires std::is_base_of_v<IModuleInterface, T> static T& GetModuleChecked(FName Module); // C98
	template <typename T> requires std::is_base_of_v<IModuleInterface, T> static T* GetModulePtr(FName Module); // C98
};
template <typename T> struct TStubModule // C99
{
	static_assert(std::is_base_of_v<IModuleInterface, T> && !std::is_abstract_v<T>, "IMPLEMENT_MODULE needs a class of IModuleInterface"); // C99
	T Module; // C99
};
#define IMPLEMENT_MODULE(TClass, Name) extern TStubModule<TClass> StubModule##Name; TStubModule<TClass> StubModule##Name; // C99
#define IMPLEMENT_GAME_MODULE(TClass, Name) IMPLEMENT_MODULE(TClass, Name) // C99
