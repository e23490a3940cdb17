"""The REST API: the same verbs, reads and grants as the web pages, as JSON (docs/reference/api.md)."""
