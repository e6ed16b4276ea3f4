// Each brush has a name of its own: Slate keeps textures by the names of their brushes.

#include "FaceBridgePicture.h"

#include "Brushes/SlateDynamicImageBrush.h"

namespace
{
	FName NextName()
	{
		static int32 Count = 0;
		return FName(*FString::Printf(TEXT("FaceBridgePicture_%d"), ++Count));
	}
}

const FSlateBrush* FFaceBridgePicture::Show(const facebridge::Picture& Picture)
{
	if (Picture != Shown)
	{
		Shown = Picture;
		Brush.Reset();
		const TArray<uint8> Bgra = Shown != nullptr ? ToBgra(*Shown) : TArray<uint8>();
		if (Bgra.Num() > 0)
		{
			const FVector2D Size(static_cast<double>(Shown->shape[1]), static_cast<double>(Shown->shape[0]));
			Brush = FSlateDynamicImageBrush::CreateWithImageData(NextName(), Size, Bgra);
		}
	}
	return Brush.Get();
}

TArray<uint8> FFaceBridgePicture::ToBgra(const facebridge::ByteArray& Picture)
{
	TArray<uint8> Bgra;
	if (Picture.shape.size() != 3 || Picture.shape[2] != 3)
	{
		return Bgra;
	}
	const size_t Pixels = static_cast<size_t>(Picture.shape[0]) * Picture.shape[1];
	if (Picture.values.size() != Pixels * 3)
	{
		return Bgra;
	}
	Bgra.SetNumUninitialized(static_cast<int32>(Pixels * 4));
	for (size_t Pixel = 0; Pixel < Pixels; ++Pixel)
	{
		uint8* To = Bgra.GetData() + Pixel * 4;
		const std::uint8_t* From = Picture.values.data() + Pixel * 3;
		To[0] = From[2];
		To[1] = From[1];
		To[2] = From[0];
		To[3] = 255;
	}
	return Bgra;
}
