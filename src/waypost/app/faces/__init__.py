"""The faces: gives each group of handlers the flows and settings that it names."""
