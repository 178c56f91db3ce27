"""What comes from or goes to the outside: frozen pydantic models, no I/O."""
