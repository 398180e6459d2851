"""How an outsider checks the journal, offline, without trusting the server that wrote it."""
