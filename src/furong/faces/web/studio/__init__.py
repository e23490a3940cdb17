"""The studio's form: a policy as fields, from what is saved and from what was posted, and back."""
