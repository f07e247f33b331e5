"""The only loops: lanes of jobs and timers. They know nothing of messages."""
