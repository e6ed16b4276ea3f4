// UObject and the functions around it: creating, casting, finding, defaults, transactions and settings on disk.

#pragma once

#include "Containers/UnrealString.h"
#include "Delegates/DelegateCombinations.h"
#include "UObject/NameTypes.h"
#include "UObject/ObjectMacros.h"
#include "UObject/ObjectPtr.h"
#include "UObject/SoftObjectPath.h"
#include "UObject/WeakObjectPtr.h"

class UPackage; // C83
class UWorld; // C84
class FArchive; // C84
class FObjectInitializer; // C85
struct FPropertyChangedEvent; // C86

class UObject // C84
{
public:
	using ThisClass = UObject; // C84
	static UClass* StaticClass(); // C84
	UObject(); // C84
	UObject(const FObjectInitializer& Initializer); // C85
	virtual ~UObject(); // C84
	UObject(const UObject&) = delete; // C84
	UObject& operator=(const UObject&) = delete; // C84
	UClass* GetClass() const; // C84
	FName GetFName() const; // C84
	FString GetName() const; // C84
	FString GetPathName(const UObject* StopOuter = nullptr) const; // C84
	FString GetFullName(const UObject* StopOuter = nullptr) const; // C84
	UObject* GetOuter() const; // C84
	UPackage* GetPackage() const; // C83
	UPackage* GetOutermost() const; // C83
	template <typename T> T* GetTypedOuter() const; // C84
	virtual UWorld* GetWorld() const; // C84
	bool IsA(const UClass* Class) const; // C84
	template <typename T> bool IsA() const; // C84
	void SetFlags(EObjectFlags Flags); // C84
	void ClearFlags(EObjectFlags Flags); // C84
	bool HasAnyFlags(EObjectFlags Flags) const; // C84
	EObjectFlags GetFlags() const; // C84
	bool IsTemplate(EObjectFlags Types = RF_ClassDefaultObject) const; // C84
	void AddToRoot(); // C84
	void RemoveFromRoot(); // C84
	bool MarkPackageDirty() const; // C83
	virtual bool Modify(bool bAlwaysMarkDirty = true); // C87
	virtual bool Rename(const TCHAR* Name = nullptr, UObject* Outer = nullptr, uint32 Flags = 0); // C84
	virtual void PostInitProperties(); // C88
	virtual void PostLoad(); // C88
	virtual void BeginDestroy(); // C88
	virtual void Serialize(FArchive& Archive); // C88
#if WITH_EDITOR
	virtual void PostEditUndo(); // C87
	virtual void PostEditChangeProperty(FPropertyChangedEvent& Event); // C86
	virtual void PreEditChange(class FProperty* Property); // C86
	bool TryUpdateDefaultConfigFile(const FString& File = FString(), bool bWarnIfFail = true); // C89
#endif
	void SaveConfig(uint64 Flags = 0, const TCHAR* File = nullptr); // C89
	void ReloadConfig(UClass* Class = nullptr, const TCHAR* File = nullptr); // C89
	void LoadConfig(UClass* Class = nullptr, const TCHAR* File = nullptr); // C89
	FString GetDefaultConfigFilename() const; // C89
	template <typename T> T* CreateDefaultSubobject(FName Name, bool bTransient = false); // C85
	class UObject* CreateDefaultSubobject(FName Name, UClass* ReturnType, UClass* Create, bool bRequired, bool bTransient); // C85
};
class UField : public UObject { STUB_CLASS_BODY(UField, UObject) }; // C76
class UStruct : public UField { STUB_CLASS_BODY(UStruct, UField) bool IsChildOf(const UStruct* Base) const; class FProperty* FindPropertyByName(FName Name) const; }; // C76
class UScriptStruct : public UStruct { STUB_CLASS_BODY(UScriptStruct, UStruct) }; // C76
class UFunction : public UStruct { STUB_CLASS_BODY(UFunction, UStruct) }; // C76
class UClass : public UStruct // C76
{
	STUB_CLASS_BODY(UClass, UStruct) // C76
	UObject* GetDefaultObject(bool bCreateIfNeeded = true) const; // C76
	template <typename T> T* GetDefaultObject() const; // C76
	UClass* GetSuperClass() const; // C76
	FTopLevelAssetPath GetClassPathName() const; // C80
	UFunction* FindFunctionByName(FName Name) const; // C76
};
class UEnum : public UField // C76
{
	STUB_CLASS_BODY(UEnum, UField) // C76
	FString GetNameStringByValue(int64 Value) const; // C76
	int64 GetValueByNameString(const FString& Name) const; // C76
	int32 NumEnums() const; // C76
};
template <typename TEnum> UEnum* StaticEnum(); // C76
class FProperty { public: FName GetFName() const; FString GetName() const; }; // C86
class FObjectInitializer // C85
{
public:
	static FObjectInitializer& Get(); // C85
	template <typename T> T* CreateDefaultSubobject(UObject* Outer, FName Name, bool bTransient = false) const; // C85
};
template <typename T> concept CStubObjectClass = requires { { T::StaticClass() } -> std::same_as<UClass*>; }; // C84

bool IsValid(const UObject* Object); // C90
template <CStubObjectClass T> T* NewObject(UObject* Outer = nullptr); // C91
template <CStubObjectClass T> T* NewObject(UObject* Outer, FName Name, EObjectFlags Flags = RF_NoFlags, UObject* Template = nullptr); // C91
template <CStubObjectClass T> T* NewObject(UObject* Outer, const UClass* Class, FName Name = NAME_None, EObjectFlags Flags = RF_NoFlags, UObject* Template = nullptr); // C91
template <typename T> T* DuplicateObject(const T* Source, UObject* Outer, FName Name = NAME_None); // C91
template <typename T, typename U> T* Cast(U* Object); // C92
template <typename T, typename U> const T* Cast(const U* Object); // C92
template <typename T, typename U> T* Cast(const TObjectPtr<U>& Object); // C92
template <typename T, typename U> T* CastChecked(U* Object); // C92
template <typename T, typename U> T* CastChecked(const TObjectPtr<U>& Object); // C92
template <CStubObjectClass T> const T* GetDefault(); // C93
template <CStubObjectClass T> T* GetMutableDefault(); // C93
template <CStubObjectClass T> T* FindObject(UObject* Outer, const TCHAR* Name, bool bExactClass = false); // C94
template <CStubObjectClass T> T* LoadObject(UObject* Outer, const TCHAR* Name, const TCHAR* File = nullptr, uint32 Flags = 0); // C94
UPackage* GetTransientPackage(); // C83
UPackage* CreatePackage(const TCHAR* PackageName); // C83
void CollectGarbage(EObjectFlags Keep, bool bPerformFullPurge = true); // C94
inline constexpr EObjectFlags GARBAGE_COLLECTION_KEEPFLAGS = RF_NoFlags; // C94
template <typename T> struct TObjectIterator // C94
{
	TObjectIterator(); // C94
	explicit operator bool() const; // C94
	void operator++(); // C94
	T* operator*() const; // C94
	T* operator->() const; // C94
};
