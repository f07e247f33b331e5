"""Waypost's own face: the control API, its document, its pages, and what monitors ask."""
