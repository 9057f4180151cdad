"""Another program, which leaves a byte in a file for each statement that SQLAlchemy sends.

python counted.py FILE PROGRAM [ARGUMENT...]
"""

import os
import runpy
import sys
from typing import Any

from sqlalchemy import Engine, event

counter = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)


@event.listens_for(Engine, "before_cursor_execute")
def count(*_: Any) -> None:
    """One more."""
    os.write(counter, b".")


del sys.argv[:2]
sys.path[0] = os.path.dirname(sys.argv[0])
runpy.run_path(sys.argv[0], run_name="__main__")
