"""What `nsa vocabulary` does with signs: choose, check, picture and publish them."""
