"""Every port without any server: products, not test helpers. `profile=memory` runs on them."""
