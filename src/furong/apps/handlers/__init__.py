"""Who runs a firm's errands, by which letter of authorisation, and what is done for it on request."""
