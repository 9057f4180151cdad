"""A picture that any browser shows."""

from __future__ import annotations

from sqlsess_cli.core.diagram.graph import Graph

SUFFIX = "svg"


def text(graph: Graph) -> str:
    """The picture.

    Raises:
        ConfigError: what places the boxes is not installed.
    """
    from sqlsess_cli.core.diagram.picture.layout import laid_out
    from sqlsess_cli.core.diagram.picture.shapes import svg

    return svg(laid_out(graph))
