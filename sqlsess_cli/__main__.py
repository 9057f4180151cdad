"""`python -m sqlsess_cli`."""

from sqlsess_cli.main import main

main()
