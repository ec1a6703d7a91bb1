"""Serve the built website on this machine: ``python -m web.site.server [port]``.

Sends no-cache, so that neither a reader of a new build nor a test sees an old page.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from web.book.editions import ROOT


class Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        """A missing page is answered as GitHub Pages does it, with the site's own 404.html."""
        page = self.lost_page() if code == HTTPStatus.NOT_FOUND else None
        if page is None:
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def lost_page(self) -> Path | None:
        """The nearest 404.html above the address, inside the served folder."""
        served = Path(self.directory)
        above = Path(self.translate_path(self.path)).parents
        pages = (folder / "404.html" for folder in above if folder.is_relative_to(served))
        return next((page for page in pages if page.is_file()), None)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing about requests."""


class Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that turns away in the middle of an answer is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def server(folder: Path, port: int, handler: type[SimpleHTTPRequestHandler]) -> Server:
    return Server(("127.0.0.1", port), partial(handler, directory=str(folder)))


@contextmanager
def serving(folder: Path, handler: type[SimpleHTTPRequestHandler] = Handler) -> Iterator[str]:
    """The address at which ``folder`` is served while the block runs."""
    running = server(folder, 0, handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    try:
        httpd = server(ROOT / "_build" / "site", wanted, Handler)
    except OSError as error:
        sys.exit(f"make serve: port {wanted}: {error.strerror}. Another: make serve PORT=8001")
    print(f"http://localhost:{wanted}  (Ctrl+C ends it)", flush=True)
    try:
        httpd.serve_forever()
    except KeyboardInterrupt:
        print()
