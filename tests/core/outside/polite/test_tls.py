"""A pinned address is still asked under its name: server name, certificate and Host header."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gesso.core.errors import Transient
from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import Hosts, Pace


def certificate(folder: Path, name: str) -> Path:
    """A certificate for `name` that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, list[str]]]:
    """A TLS server that is secure.test, and the names that it was asked for."""
    path = certificate(tmp_path, "secure.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    asked: list[str] = []
    context.sni_callback = lambda _socket, name, _context: asked.append(str(name))

    def serve(listening: socket.socket) -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as one:
                asked.append(one.recv(4096).split(b"Host: ")[1].partition(b"\r\n")[0].decode())
                one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        yield listening.getsockname()[1], asked


def fetcher(port: int) -> Fetcher:
    guard = Guard(ports=(port,), allow=("127.0.0.1",), resolve=lambda *_: ["127.0.0.1"])
    options = FetchOptions(contact="us@gesso.test", list_tries=1)
    return Fetcher(options, guard=guard, hosts=Hosts(pace=Pace(1000, 1000)))


def test_a_pinned_address_is_asked_under_its_name(server: tuple[int, list[str]]) -> None:
    port, asked = server
    with fetcher(port) as one:
        assert one.json(f"https://secure.test:{port}/") == {}
    assert asked == ["secure.test", f"secure.test:{port}"]


def test_a_certificate_for_another_name_is_refused(server: tuple[int, list[str]]) -> None:
    port, asked = server
    with fetcher(port) as one, pytest.raises(Transient, match="certificate"):
        one.json(f"https://other.test:{port}/")
    assert asked == ["other.test"]
