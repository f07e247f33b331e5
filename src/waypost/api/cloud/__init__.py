"""The Cloud API face: Meta's paths and 360dialog's, over the same handlers."""
