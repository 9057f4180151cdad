"""What Flask knows of a project by itself: the directory of its instance."""

from __future__ import annotations

import ast

from sqlsess_cli.config.discovery.code import Code
from sqlsess_cli.config.discovery.source import argument, called, text_of


def instance_of(code: Code) -> str:
    """Flask's instance directory: beside the module or the package that makes the application."""
    for source in code.sources:
        for node in source.nodes:
            if isinstance(node, ast.Call) and called(node) == "Flask":
                path = argument(node, "instance_path", None)
                root = code.names[source.path].root
                return text_of(path) or (f"{root}/instance" if root else "instance")
    return "instance"
