// UE_LOG and its categories: an undeclared category, a narrow format or an FString argument does not compile.

#pragma once

#include "CoreTypes.h"
#include "Misc/VarArgs.h"

namespace ELogVerbosity
{
	enum Type : uint8 { NoLogging = 0, Fatal, Error, Warning, Display, Log, Verbose, VeryVerbose, All = VeryVerbose }; // C11
}

struct FLogCategoryBase {}; // C11
template <ELogVerbosity::Type Default, ELogVerbosity::Type CompileTime> struct FLogCategory : public FLogCategoryBase {}; // C11

template <typename... TArgs> void StubLog(const FLogCategoryBase& Category, ELogVerbosity::Type Verbosity, TCheckedFormat<std::type_identity_t<TArgs>...> Format, TArgs... Args); // C11

#define DECLARE_LOG_CATEGORY_EXTERN(CategoryName, DefaultVerbosity, CompileTimeVerbosity) \
	extern struct FLogCategory##CategoryName : public FLogCategory<ELogVerbosity::DefaultVerbosity, ELogVerbosity::CompileTimeVerbosity> {} CategoryName // C12
#define DEFINE_LOG_CATEGORY(CategoryName) FLogCategory##CategoryName CategoryName // C12
#define DEFINE_LOG_CATEGORY_STATIC(CategoryName, DefaultVerbosity, CompileTimeVerbosity) \
	static struct FLogCategory##CategoryName : public FLogCategory<ELogVerbosity::DefaultVerbosity, ELogVerbosity::CompileTimeVerbosity> {} CategoryName // C12
#define UE_LOG(CategoryName, Verbosity, Format, ...) StubLog(CategoryName, ELogVerbosity::Verbosity, Format, ##__VA_ARGS__) // C11
#define UE_CLOG(Condition, CategoryName, Verbosity, Format, ...) \
	((Condition) ? StubLog(CategoryName, ELogVerbosity::Verbosity, Format, ##__VA_ARGS__) : void()) // C11

extern FLogCategory<ELogVerbosity::Log, ELogVerbosity::All> LogTemp; // C12
