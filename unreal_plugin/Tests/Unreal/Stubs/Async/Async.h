// AsyncTask and Async: work handed to another thread; the lints read what the lambdas touch.

#pragma once

#include "Async/Future.h"
#include "Templates/Function.h"

namespace ENamedThreads
{
	enum Type : int32 { GameThread, AnyThread, AnyBackgroundThreadNormalTask, AnyBackgroundHiPriTask, AnyNormalThreadNormalTask, AnyHiPriThreadNormalTask }; // C101
}
enum class EAsyncExecution { TaskGraph, TaskGraphMainThread, Thread, ThreadPool }; // C102
void AsyncTask(ENamedThreads::Type Thread, TUniqueFunction<void()> Function); // C101
template <typename F> TFuture<std::invoke_result_t<F&>> Async(EAsyncExecution Execution, F&& Function); // C102
template <typename F> TFuture<std::invoke_result_t<F&>> AsyncThread(F&& Function, uint32 StackSize = 0); // C102
