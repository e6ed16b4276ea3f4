"""The error family: every message is one sentence saying what, which value, what was expected, what to do next."""


class FaceBridgeError(Exception):
    """Base of every error that a user is meant to read; the command line prints it and exits with 1."""


class InputError(FaceBridgeError):
    """A file or value given by the user cannot be used."""


class SchemaError(FaceBridgeError):
    """A character schema, or a parameter vector for one, is malformed."""


class SchemaMismatch(SchemaError):
    """Two parties hold different schemas; the message names both hashes and the first difference."""


class ProtocolError(FaceBridgeError):
    """A message breaks the wire protocol or one of its limits."""


class Refused(FaceBridgeError):
    """The other side said no; the message carries its words."""


class DeadlineExceeded(FaceBridgeError):
    """An answer did not come within its deadline."""


class EngineError(FaceBridgeError):
    """An engine could not be started, died, or could not render."""


class DatasetError(FaceBridgeError):
    """A captured dataset is damaged, or does not fit the request made of it."""


class BundleError(FaceBridgeError):
    """A bundle is missing, damaged, or made for another schema."""
