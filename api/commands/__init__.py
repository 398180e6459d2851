"""Commands: each reads some streams, lets the domain decide, and appends. The only callers of `Journal.execute`."""
