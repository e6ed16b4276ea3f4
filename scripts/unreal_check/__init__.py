"""Checks the Unreal layer of the plugin where no Unreal Engine is: `python scripts/check_unreal.py` runs them.

source      files of the layer, text without comments and literals, findings
reflect     what the header tool sees: classes, structs, enums, properties and functions under their macros
headers     one X.generated.h per reflected header
syntax      every file through the compiler, against the headers in unreal_plugin/Tests/Unreal/Stubs
evidence    every declaring line of those headers names its source
stub_index  the reflected API of UE 5.6, out of the text of PyPI's unreal-stub
reflected   reflected names that the layer uses, against that index
lints       rules that a compiler does not know, from the files lint_*
wire        the C++ messages are those of the Python side
mutations   the ten faults that all of this must catch
"""
