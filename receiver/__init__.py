"""The web process: hears deliveries and keeps them."""
