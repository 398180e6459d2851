"""The subcommands, one module each: SUMMARY and EXAMPLE for its help, `add_arguments`, and `run`."""
