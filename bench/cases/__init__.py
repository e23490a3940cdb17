"""Cases under load: a whole life over HTTP, beside django-helpdesk in the same run."""
