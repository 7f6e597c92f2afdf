"""OpenID Connect by Authlib."""
