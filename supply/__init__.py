"""What the project is built on: licences of its packages, and vulnerabilities that are known of them."""
