"""Plain records of what a page shows: text already formatted, nothing left for a template to decide."""
