"""WhatsApp's rules as pure functions of (facts, now)."""
