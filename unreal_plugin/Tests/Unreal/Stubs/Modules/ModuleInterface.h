// IModuleInterface: what a module does when it is loaded and unloaded.

#pragma once

#include "CoreTypes.h"

class IModuleInterface // C97
{
public:
	virtual ~IModuleInterface(); // C97
	virtual void StartupModule(); // C97
	virtual void ShutdownModule(); // C97
	virtual void PreUnloadCallback(); // C97
	virtual bool SupportsDynamicReloading(); // C97
	virtual bool IsGameModule() const; // C97
};
class FDefaultModuleImpl : public IModuleInterface {}; // C97
class FDefaultGameModuleImpl : public FDefaultModuleImpl {}; // C97
