// ENQUEUE_RENDER_COMMAND: a lambda that the render thread runs in its turn.

#pragma once

#include "CoreMinimal.h"

class FRHICommandList { public: FRHICommandList(const FRHICommandList&) = delete; }; // R24
class FRHICommandListImmediate : public FRHICommandList {}; // R24
template <typename F> requires std::is_invocable_r_v<void, F&, FRHICommandListImmediate&> void StubEnqueueRenderCommand(F Command); // R24
#define ENQUEUE_RENDER_COMMAND(Type) struct Type##StubName {}; StubEnqueueRenderCommand // R24
