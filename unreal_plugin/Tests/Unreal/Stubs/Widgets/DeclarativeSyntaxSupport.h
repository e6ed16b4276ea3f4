// SNew and its arguments, typed: a handler of another signature, a wrong argument or a missing one does not compile.

#pragma once

#include "CoreMinimal.h"
#include "Layout/Visibility.h"
#include "Misc/Attribute.h"
#include "Styling/SlateTypes.h"
#include "Types/SlateEnums.h"

class SWidget; // S18
class ISlateStyle; // S14

#define SLATE_ARGUMENT(TArgument, Name) \
	TArgument _##Name; \
	WidgetArgsType& Name(TArgument Value); // S18
#define SLATE_ATTRIBUTE(TValue, Name) \
	TAttribute<TValue> _##Name; \
	WidgetArgsType& Name(TAttribute<TValue> Value); \
	template <typename F> requires std::is_invocable_r_v<TValue, F&> WidgetArgsType& Name##_Lambda(F&& Functor); \
	template <CStubShared U, typename M, typename... TVars> requires CStubFits<M, TValue, const U*, TVars...> WidgetArgsType& Name(const U* Object, M Method, TVars... Vars); // S18
#define SLATE_EVENT(TEvent, Name) \
	TEvent _##Name; \
	WidgetArgsType& Name(const TEvent& Value); \
	template <typename F> requires requires(F Functor) { TEvent::CreateLambda(Functor); } WidgetArgsType& Name##_Lambda(F&& Functor); \
	template <CStubShared U, typename M, typename... TVars> requires requires(U* Object, M Method, TVars... Vars) { TEvent::CreateSP(Object, Method, Vars...); } WidgetArgsType& Name(U* Object, M Method, TVars... Vars); // S18
#define SLATE_STYLE_ARGUMENT(TStyle, Name) \
	WidgetArgsType& Name(const TStyle* Style); \
	WidgetArgsType& Name(const ISlateStyle* Set, const FName& Style); // S18
#define SLATE_DEFAULT_SLOT(TArguments, Name) \
	WidgetArgsType& operator[](const TSharedRef<SWidget>& Child); \
	WidgetArgsType& Name(); // S18
#define SLATE_NAMED_SLOT(TArguments, Name) \
	TStubNamedSlot<WidgetArgsType> Name(); // S18
#define SLATE_SLOT_ARGUMENT(TSlot, Name) \
	WidgetArgsType& operator+(typename TSlot::FSlotArguments& Slot); \
	WidgetArgsType& operator+(typename TSlot::FSlotArguments&& Slot); // S18

template <typename TArguments> struct TStubNamedSlot { TArguments& operator[](const TSharedRef<SWidget>& Child); }; // S18
template <typename TWidget> struct TSlateBaseNamedArgs // S19
{
	using WidgetArgsType = typename TWidget::FArguments; // S19
	SLATE_ATTRIBUTE(FText, ToolTipText) // S19
	SLATE_ATTRIBUTE(bool, IsEnabled) // S19
	SLATE_ATTRIBUTE(EVisibility, Visibility) // S19
	SLATE_ARGUMENT(FName, Tag) // S19
};
#define SLATE_BEGIN_ARGS(TWidget) \
public: \
	struct FArguments : public TSlateBaseNamedArgs<TWidget> \
	{ \
		using WidgetArgsType = FArguments; \
		FArguments() // S18
#define SLATE_END_ARGS() }; // S18

template <typename TWidget, typename... TRequired> struct TStubDecl // S20
{
	TSharedRef<TWidget> operator<<=(const typename TWidget::FArguments& Args) const requires requires(TWidget& Widget, TRequired... Required) { Widget.Construct(Args, Required...); }; // S20
};
template <typename TWidget, typename... TRequired> TStubDecl<TWidget, std::decay_t<TRequired>...> StubNew(TRequired&&... Required); // S20
template <typename TWidget, typename TVar, typename... TRequired> requires std::is_assignable_v<TVar&, TSharedRef<TWidget>> TStubDecl<TWidget, std::decay_t<TRequired>...> StubAssignNew(TVar& Variable, TRequired&&... Required); // S20
#define SNew(TWidget, ...) StubNew<TWidget>(__VA_ARGS__) <<= typename TWidget::FArguments() // S20
#define SAssignNew(Variable, TWidget, ...) StubAssignNew<TWidget>(Variable __VA_OPT__(,) __VA_ARGS__) <<= typename TWidget::FArguments() // S20
