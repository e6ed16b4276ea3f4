// A small character for the specs: two sliders and a choice.

#pragma once

#include "CoreMinimal.h"

namespace FaceBridgeTests
{
	inline const TCHAR* SchemaJson()
	{
		return TEXT("{\"character\": \"tiny\", \"version\": \"1\", \"parameters\": [")
			TEXT("{\"name\": \"nose.width\", \"group\": \"nose\", \"label\": \"Width\", \"description\": \"Of the wings\", \"minimum\": -1, \"maximum\": 1, \"default\": 0, \"kind\": \"shape\"},")
			TEXT("{\"name\": \"skin.gloss\", \"group\": \"skin\", \"label\": \"Gl\u00e4nze\", \"description\": \"Shine\", \"minimum\": 0, \"maximum\": 4, \"default\": 1, \"kind\": \"material\"}],")
			TEXT("\"choices\": [{\"name\": \"hair.style\", \"label\": \"Hair\", \"description\": \"Above\", \"options\": [\"short\", \"long\"], \"default\": \"long\"}]}");
	}
}
