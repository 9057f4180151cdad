"""A throw-away certificate authority and one server certificate for 127.0.0.1 and localhost."""

from __future__ import annotations

from servers._process import run_tool

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"]


def make_certificates(directory: str) -> None:
    """Write `ca.pem`, `ca.key`, `server.pem` and `server.key` into a directory.

    Raises:
        Missing: openssl is not installed.
    """
    new = ["openssl", "req", "-x509", *KEY]
    authority = ["-subj", "/CN=sqlsess test CA", "-keyout", "ca.key", "-out", "ca.pem"]
    server = ["-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.pem"]
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key"]
    # Python 3.13 verifies strictly: it wants to see what a key is for.
    use = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    leaf = ["-addext", "basicConstraints=critical,CA:FALSE"]
    run_tool([*new, *authority, *use], cwd=directory)
    run_tool([*new, *server, *signed, *names, *leaf], cwd=directory)
