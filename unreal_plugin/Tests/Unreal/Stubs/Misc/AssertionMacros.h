// check, verify and ensure: the condition must convert to bool, the message is TCHAR and checked like a log line.

#pragma once

#include "CoreTypes.h"
#include "Misc/VarArgs.h"

template <typename... TArgs> bool StubAssert(bool bCondition, TCheckedFormat<std::type_identity_t<TArgs>...> Format, TArgs... Args); // C9
bool StubAssert(bool bCondition); // C9

#define check(Expression) (void)StubAssert(!!(Expression)) // C9
#define checkf(Expression, Format, ...) (void)StubAssert(!!(Expression), Format, ##__VA_ARGS__) // C9
#define checkSlow(Expression) (void)StubAssert(!!(Expression)) // C9
#define verify(Expression) (void)StubAssert(!!(Expression)) // C9
#define checkNoEntry() (void)StubAssert(false) // C9
#define ensure(Expression) StubAssert(!!(Expression)) // C9
#define ensureMsgf(Expression, Format, ...) StubAssert(!!(Expression), Format, ##__VA_ARGS__) // C9
#define ensureAlways(Expression) StubAssert(!!(Expression)) // C9
