"""Compressed streams as files that can be read forward, never further than is believed of them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from pathlib import Path
from typing import BinaryIO, cast

from gesso.core.errors import InputError

if sys.version_info >= (3, 14):
    from compression import zstd

_CHUNK = 256 << 10
# A header of a tar is half a kilobyte; its extensions (long names, PAX) a few more.
_MOST_HEADER = 4 << 20
# The dictionary of `xz -9` is 64 MiB; a stream may claim 4 GiB.
_XZ_MEMORY = 160 << 20


class _Xz(io.RawIOBase):
    """An xz stream, read with a bound on the memory that it may claim."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._unpacker = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # any buffer
        while not self._unpacker.eof:
            data = self._raw.read(_CHUNK) if self._unpacker.needs_input else b""
            if self._unpacker.needs_input and not data:
                raise EOFError("it ends before its end")
            found = self._unpacker.decompress(data, len(buffer))
            if found:
                buffer[: len(found)] = found
                return len(found)
        return 0


class Stream:
    """A tar's bytes, packed or not, as a file for `tarfile`: it goes forward, and back by anew.

    Args:
        path: the archive.
        called: its name, for errors.
        most: how far it may reach if it is packed.

    Attributes:
        is_packed: to go back is to begin anew.
        last: what the last `read` gave.
    """

    def __init__(self, path: Path, called: str, most: int) -> None:
        self.is_packed = False
        self.last = b""
        self._path = path
        self._called = called
        self._most = most
        self._at = 0
        self._before = b""  # tarfile looks at the byte before a header
        self._again = b""
        self._file = self._opened()

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._at

    def reach(self) -> int:
        """How far the bytes are known to go: what was passed, or the whole of a plain file."""
        return self._at if self.is_packed else self._path.stat().st_size

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go there, or to the end where that comes before.

        Raises:
            InputError: it is beyond what is believed.
        """
        if whence != io.SEEK_SET:
            raise ValueError("a stream is sought from its beginning")
        self._check(offset)
        if not self.is_packed:
            self._file.seek(offset)
            self._at = offset
            return offset
        if offset < self._at:
            self._back(offset)
        while self._at < offset and self._some(min(_CHUNK, offset - self._at)):
            pass
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Bytes of a header.

        Raises:
            InputError: it is longer than a header has reason to be.
        """
        if not 0 <= size <= _MOST_HEADER:
            raise InputError(
                f"'{self._called}' has a header of {size:,} bytes.", "Pack the archive anew."
            )
        self.last = self.take(size)
        return self.last

    def take(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end."""
        self._check(self._at + size)
        parts = []
        while size and (part := self._some(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()

    def _some(self, size: int) -> bytes:
        part, self._again = self._again or self._file.read(size), b""
        self._at += len(part)
        self._before = part[-1:] or self._before
        return part

    def _back(self, offset: int) -> None:
        if offset == self._at - 1 and self._before and not self._again:
            self._again, self._at = self._before, offset
            return
        self._file.close()
        self._file, self._at, self._again = self._opened(), 0, b""

    def _check(self, offset: int) -> None:
        if offset < 0 or (self.is_packed and offset > self._most):
            raise InputError(
                f"'{self._called}' grows beyond {self._most:,} bytes as it is unpacked.",
                "If you trust it, unpack it yourself and collect the folder.",
            )

    def _opened(self) -> BinaryIO:
        raw = self._path.open("rb")
        try:
            start = raw.read(6)
            raw.seek(0)
            reader = self._unpacking(raw, start)
        except BaseException:
            raw.close()
            raise
        self.is_packed = reader is not None
        return raw if reader is None else cast("BinaryIO", _Owning(reader, raw))

    def _unpacking(self, raw: BinaryIO, start: bytes) -> io.BufferedIOBase | None:
        if start.startswith(b"\x1f\x8b"):
            return gzip.GzipFile(fileobj=raw)
        if start.startswith(b"BZh"):
            return bz2.BZ2File(raw)
        if start == b"\xfd7zXZ\0":
            return io.BufferedReader(_Xz(raw), _CHUNK)
        if not start.startswith(b"\x28\xb5\x2f\xfd"):
            return None
        if sys.version_info >= (3, 14):
            return zstd.ZstdFile(raw)
        raise InputError(
            f"'{self._called}' is packed with Zstandard, which Python reads from 3.14 on.",
            "Pack it as .tar.xz or .zip.",
        )


class _Owning:
    """A reader that closes the file under it too."""

    def __init__(self, reader: io.BufferedIOBase, raw: BinaryIO) -> None:
        self._reader = reader
        self._raw = raw

    def read(self, size: int) -> bytes:
        return self._reader.read(size)

    def close(self) -> None:
        self._reader.close()
        self._raw.close()
