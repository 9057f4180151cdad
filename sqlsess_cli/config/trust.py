"""Which project files the user has accepted: a file that runs code counts only then."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress

from sqlsess_cli.config.sources import Source, xdg
from sqlsess_cli.errors import ConfigError


class TrustStore:
    """The accepted files, each with the digest of what it said then.

    Args:
        environ: where the user's state lies.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.path = os.path.join(xdg("STATE", environ), "trust.json")

    def accepts(self, source: Source) -> bool:
        """Whether this file may run code: as it is now, at the place where it lies now."""
        return source.consented or self._read().get(os.path.realpath(source.path)) == source.digest

    def add(self, source: Source) -> None:
        """Accept the file as it is now.

        Raises:
            ConfigError: the state directory cannot be written.
        """
        accepted = {**self._read(), os.path.realpath(source.path): source.digest}
        temporary = f"{self.path}.{os.getpid()}"
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(accepted, file, indent=1, sort_keys=True)
            os.replace(temporary, self.path)
        except OSError as error:
            raise ConfigError(f"cannot write {self.path}: {error.strerror}") from error

    def _read(self) -> dict[str, str]:
        """What was accepted; a store that is damaged accepts nothing."""
        with suppress(OSError, ValueError), open(self.path, encoding="utf-8") as file:
            accepted = json.load(file)
            if isinstance(accepted, dict):
                return accepted
        return {}
