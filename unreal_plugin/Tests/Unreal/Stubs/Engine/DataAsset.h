// UDataAsset: an asset that holds data.

#pragma once

#include "UObject/Object.h"

class UDataAsset : public UObject { STUB_CLASS_BODY(UDataAsset, UObject) }; // C128
class UPrimaryDataAsset : public UDataAsset { STUB_CLASS_BODY(UPrimaryDataAsset, UDataAsset) }; // C128
