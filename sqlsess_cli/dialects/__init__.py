"""How databases differ: one file per database, every hook with a portable answer in _base."""
