"""The jobs of the server, one file each, told from start to end. Flows know ports, never a database or a provider."""
