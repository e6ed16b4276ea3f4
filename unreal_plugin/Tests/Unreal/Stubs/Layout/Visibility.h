// EVisibility: a class of values, not an enum.

#pragma once

#include "CoreMinimal.h"

struct EVisibility // S3
{
	static const EVisibility Visible; // S3
	static const EVisibility Collapsed; // S3
	static const EVisibility Hidden; // S3
	static const EVisibility HitTestInvisible; // S3
	static const EVisibility SelfHitTestInvisible; // S3
	bool operator==(const EVisibility& Other) const; // S3
	bool IsVisible() const; // S3
};
