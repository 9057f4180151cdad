"""What you can type: one file per subcommand."""
