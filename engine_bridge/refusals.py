"""Why a hello is refused: what no peer of a role may leave out, and a schema that is not the expected one."""

from __future__ import annotations

import hashlib

from engine_bridge.errors import SchemaError
from engine_bridge.protocol import MAX_SCHEMA_BYTES, Hello, Reject
from engine_bridge.schema import CharacterSchema


def hello_refusal(hello: Hello, roles: frozenset[str]) -> Reject | None:
    """A Reject for a hello that no binding end of these roles can accept; None when it is well formed."""
    if hello.role not in roles:
        wanted = " or ".join(sorted(roles))
        return Reject("role", f"The role '{hello.role}' is not served at this address; expected {wanted}.")
    if not hello.instance:
        return Reject("limits", "The hello has an empty 'instance'; send a fresh random id for each process.")
    if hello.schema is not None:
        if len(hello.schema) > MAX_SCHEMA_BYTES:
            return Reject("limits", f"The schema has {len(hello.schema)} bytes; at most {MAX_SCHEMA_BYTES} fit.")
        digest = hashlib.sha256(hello.schema).hexdigest()
        if digest != hello.schema_hash:
            return Reject("schema", f"The schema's bytes hash to {digest}, the hello says '{hello.schema_hash}'.")
    if hello.role == "engine":
        if hello.schema is None:
            return Reject("schema", "An engine's hello must carry its schema as the array 'schema'.")
        if min(hello.credit, hello.max_image_px, hello.max_job_samples) < 1:
            return Reject("limits", "An engine's credit, max_image_px and max_job_samples must be at least 1.")
    return None


def schema_refusal(expected: CharacterSchema, hello: Hello) -> Reject | None:
    """A Reject naming both hashes, and the first difference where the peer sent its schema; None when they agree."""
    if hello.schema_hash == expected.hash or (not hello.schema_hash and hello.role == "client"):
        return None
    where = ""
    if hello.schema is not None:
        try:
            where = f": {expected.difference(CharacterSchema.from_json(hello.schema))}"
        except SchemaError as error:
            where = f": {error}"
    return Reject(
        "schema",
        f"Schema {hello.schema_hash} was offered, {expected.hash} ({expected.character} {expected.version}) is "
        f"needed{where}; use the engine, dataset or bundle of one character.",
    )
