"""What the makers of furong use and its users never see."""
