"""What stands behind Traefik: as MLflow or a page it says which address Traefik gave as the caller's.

As the API it refuses everybody, but not Traefik itself, when it asks for health.
"""

import http.server


class Mirror(http.server.BaseHTTPRequestHandler):
    """Answers with the address of its caller."""

    def do_GET(self):
        caller = self.headers["X-Forwarded-For"]
        self.send_response(401 if caller and self.path.startswith("/api/") else 200)
        self.end_headers()
        self.wfile.write((caller or "").encode())


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", 5000), Mirror).serve_forever()
