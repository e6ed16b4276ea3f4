"""The bundles of a service by name: loaded before the port answers, lent batch by batch, replaced while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from core.serve.answerer import Answerer
from engine_bridge.errors import BundleError, FaceBridgeError, InputError, Refused
from engine_bridge.schema import CharacterSchema


@dataclass(frozen=True)
class Reloaded:
    """What became of one bundle: `bundle` is the name and version now in use, `error` why it is still the old one."""

    name: str
    bundle: str
    error: str = ""


@dataclass
class _Copy:
    """One loaded bundle; `lent` counts the batches that use it, and once retired it is closed after the last."""

    answerer: Answerer
    lent: int = 0
    retired: bool = False


class Shelf:
    """`sources` load a bundle and warm it up, by the name that requests give; the first is the default.

    Raises what they raise, and BundleError when two bundles are for different characters.
    """

    def __init__(self, sources: Mapping[str, Callable[[], Answerer]]) -> None:
        if not sources:
            raise InputError("A service needs at least one bundle.")
        self._sources = dict(sources)
        self._lock = threading.Lock()
        self._reloading = threading.Lock()
        self._copies: dict[str, _Copy] = {}
        try:
            for name, load in self._sources.items():
                self._copies[name] = _Copy(load())
                self._check(name, self._copies[name].answerer)
        except BaseException:
            self.close()
            raise

    @property
    def names(self) -> tuple[str, ...]:
        """The default first."""
        return tuple(self._sources)

    @property
    def schema(self) -> CharacterSchema:
        """The one character that all bundles are for."""
        return self._default.schema

    @property
    def bundle(self) -> str:
        """Name and version of the default bundle."""
        return self._default.bundle

    @property
    def bundles(self) -> dict[str, str]:
        """Name -> name and version of what is loaded."""
        with self._lock:
            return {name: copy.answerer.bundle for name, copy in self._copies.items()}

    @property
    def features(self) -> tuple[str, ...]:
        """What every bundle can do."""
        with self._lock:
            others = [copy.answerer.features for copy in self._copies.values()]
        return tuple(feature for feature in others[0] if all(feature in other for other in others))

    @property
    def _default(self) -> Answerer:
        with self._lock:
            return self._copies[self.names[0]].answerer

    def unknown(self, name: str) -> str:
        """Why no bundle has this name, or nothing; "" names the default."""
        if not name or name in self._sources:
            return ""
        return f"This service has no bundle '{name[:64]}'; it has {', '.join(self.names)}."

    def batch_photos(self, name: str) -> int:
        """How many photos the bundle computes together."""
        with self._lock:
            return self._copies[name or self.names[0]].answerer.batch_photos

    @contextmanager
    def lend(self, name: str) -> Iterator[Answerer]:
        """The bundle's answerer, which stays open until the block ends, whatever is loaded meanwhile."""
        with self._lock:
            copy = self._copies[name or self.names[0]]
            copy.lent += 1
        try:
            yield copy.answerer
        finally:
            with self._lock:
                copy.lent -= 1
                last = copy.retired and not copy.lent
            if last:
                copy.answerer.close()

    def reload(self) -> list[Reloaded]:
        """Load every bundle anew, one after another, each beside its old copy, which serves until then.

        A bundle that cannot be loaded, or is for another character now, keeps its old copy. Raises Refused while
        another reload runs.
        """
        if not self._reloading.acquire(blocking=False):
            raise Refused("The bundles are being reloaded already; wait until that is done.")
        try:
            return [self._reload(name) for name in self.names]
        finally:
            self._reloading.release()

    def close(self) -> None:
        """Close every bundle; one that is still lent, when its batch ends."""
        with self._lock:
            copies = list(self._copies.values())
        for copy in copies:
            self._retire(copy)

    def _reload(self, name: str) -> Reloaded:
        try:
            answerer = self._sources[name]()
        except FaceBridgeError as error:
            return Reloaded(name, self.bundles[name], str(error))
        except Exception as error:  # whatever half-written files lead the readers to; the old copy must go on
            return Reloaded(name, self.bundles[name], f"The bundle cannot be loaded ({type(error).__name__}: {error}).")
        try:
            self._check(name, answerer)
        except BundleError as error:
            answerer.close()
            return Reloaded(name, self.bundles[name], str(error))
        with self._lock:
            old, self._copies[name] = self._copies[name], _Copy(answerer)
        self._retire(old)
        return Reloaded(name, answerer.bundle)

    def _retire(self, copy: _Copy) -> None:
        with self._lock:
            free = not copy.lent and not copy.retired
            copy.retired = True
        if free:
            copy.answerer.close()

    def _check(self, name: str, answerer: Answerer) -> None:
        expected = self.schema
        if answerer.schema.hash != expected.hash:
            raise BundleError(
                f"The bundle '{name}' is for schema {answerer.schema.hash[:12]}, but this service answers for"
                f" {expected.hash[:12]} ({expected.difference(answerer.schema)}); start another service for it."
            )
