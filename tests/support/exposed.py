"""Pages of metrics behind HTTP, as prometheus_client serves them: in the format that it is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server


@contextmanager
def exposed(registry: CollectorRegistry) -> Iterator[str]:
    """Serve a registry on a free port of loopback; its `host:port`, where any path has the page."""
    server, thread = start_http_server(0, "127.0.0.1", registry)
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
