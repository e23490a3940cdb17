"""What each section of a pack holds: one module a section (docs/reference/pack.md)."""
