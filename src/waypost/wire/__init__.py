"""How things look outside: the single source of schemas."""
