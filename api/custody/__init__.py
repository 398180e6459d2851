"""Officers' private keys: kept only wrapped by their holders' secrets, opened for one session at a time."""
