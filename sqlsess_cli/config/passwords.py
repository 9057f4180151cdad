"""Where a password comes from when the URL has none."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from sqlsess_cli.config.targets import Target
from sqlsess_cli.errors import ConfigError


def configured(target: Target, environ: dict[str, str], ask: Callable[[str], str]) -> str | None:
    """The password that a database's settings name; None when they name none.

    Args:
        target: its `password` is a text, or one of {env}, {file}, {command}, {prompt = true}.
        environ: the environment.
        ask: asks a person, without echo.

    Raises:
        ConfigError: the source yields nothing, or is readable by others.
        RefusedError: there is nobody to ask.
    """
    setting = target.settings.get("password")
    if setting is None or isinstance(setting, str):
        return setting
    where = f"{target.where}: the password of {target.name}"
    if name := setting.get("env"):
        if name not in environ:
            raise ConfigError(f"{where}: the environment variable {name} is not set")
        return environ[name]
    if path := setting.get("file"):
        return _from_file(os.path.expanduser(path), where)
    if words := setting.get("command"):
        return _from_command([str(word) for word in words], where)
    return ask(f"password for {target.name}") if setting.get("prompt") else None


def _from_file(path: str, where: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigError(f"{where}: {path} can be read by others", f"chmod 600 {path}")
            return file.readline().rstrip("\n")
    except OSError as error:
        raise ConfigError(f"{where}: cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError:  # without its cause, which holds the bytes
        raise ConfigError(f"{where}: {path} is not UTF-8 text") from None


def _from_command(words: list[str], where: str) -> str:
    from subprocess import DEVNULL, PIPE, run

    try:
        done = run(words, stdin=DEVNULL, stdout=PIPE, check=False)
    except OSError as error:
        raise ConfigError(f"{where}: cannot run {words[0]}: {error.strerror}") from error
    if done.returncode != 0:
        raise ConfigError(f"{where}: {words[0]} ended with status {done.returncode}")
    try:
        return done.stdout.decode().partition("\n")[0]
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: {words[0]} does not write UTF-8 text") from None
