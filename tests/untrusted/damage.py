"""What can befall a file: cut, flipped, replaced, and, where its kind is known, well-formed with values that nobody would write."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

# as JSON text, so that numbers beyond what Python writes can stand there too
ODD_VALUES = (
    "null", "true", "[]", "{}", '""', "0", "-1", "1", "2147483647", "2147483648", "9007199254740993", "1e308", "-1e308", "1e999", "1e-320",
    "18446744073709551616", "999999999999", "99999999999999999999999999", '"\\u0000"', '"\\ud800"', '"../../../etc/passwd"',
    '"<img src=x onerror=alert(1)>"', '"joint"', '"0000000000000000"', "[[0, 1]]", "[1, 1, 1, 1]", '"<f4"', '"|O"',
)  # fmt: skip
_MARK = "\ue000"
ODD_HEADERS = (
    "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 1048576), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (36893488147419103232,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (True, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
    "{'descr': '<f4', 'fortran_order': True, 'shape': (4, 0), }",
    "{'descr': '|S0', 'fortran_order': False, 'shape': (9,), }",
    "{'descr': '<U1000000', 'fortran_order': False, 'shape': (9,), }",
    "{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (9,), }",
    "{'descr': [('a', [])], 'fortran_order': False, 'shape': (9,), }",
    "{'descr': ('<f4', (99999, 99999)), 'fortran_order': False, 'shape': (9,), }",
    "{'descr': None, 'fortran_order': False, 'shape': (9,), }",
    "{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (9,), }",
    "{[]: 1}", "{'descr': ", "(" * 5000, "-" * 9000 + "1", "__import__('os').abort()", "\x00", "  \n\t  x", "'''",
)  # fmt: skip


def npy(header: str, body: bytes = b"") -> bytes:
    """Put an array's file together from any header."""
    text = header.encode("latin1") + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + body


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _flip(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 4, 64))):
        if changed:
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _replace(_: bytes, random: Random) -> bytes:
    return random.randbytes(random.choice((0, 1, 7, 4000)))


def _insert(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + random.choice((b"\0", b"\n", b"\t", b"\xff", b"{", b"9" * 30, content[:1000])) + content[at:]


def _json(content: bytes, random: Random) -> bytes:
    """Put an odd value in one place of a document."""
    try:
        document = json.loads(content)
    except ValueError:  # JSON with comments
        return _flip(content, random)
    places = list(_places(document))
    if not places:
        return random.choice(ODD_VALUES).encode()
    holder, key = random.choice(places)
    if random.random() < 0.1 and isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = _MARK
    return re.sub(json.dumps(_MARK), lambda _: random.choice(ODD_VALUES), json.dumps(document)).encode()


def _places(value: Any) -> list[tuple[Any, Any]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in [(value, key), *_places(value[key])]]


def _header(content: bytes, random: Random) -> bytes:
    return npy(random.choice(ODD_HEADERS), content[128:])


def _of_other_numbers(content: bytes, random: Random) -> bytes:
    """Keep the header; the numbers become any, NaN and infinity among them."""
    return content[:128] + random.randbytes(len(content) - 128)


def _gzip(content: bytes, random: Random) -> bytes:
    changed = random.choice((_cut, _flip, _insert))(gzip.decompress(content), random)
    return gzip.compress(changed, mtime=0)


def _zip(content: bytes, random: Random) -> bytes:
    """Change one member of an archive, whose sums are right again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice(sorted(members))
    members[name] = random.choice((_header, _of_other_numbers, _cut, _replace))(members[name], random)
    if random.random() < 0.2:
        del members[random.choice(sorted(members))]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return buffer.getvalue()


_OF_KIND: dict[str, tuple[Callable[[bytes, Random], bytes], ...]] = {
    ".json": (_json, _json, _json),
    ".npy": (_header, _header, _of_other_numbers),
    ".gz": (_gzip, _gzip),
    ".npz": (_zip, _zip),
}


def damaged(name: str, content: bytes, random: Random) -> bytes:
    """Change a file's content in one of the ways that its kind allows."""
    of_kind = next((ways for ending, ways in _OF_KIND.items() if name.endswith(ending)), ())
    return random.choice((_cut, _flip, _replace, _insert, *of_kind))(content, random)


def gzip_bomb(n_bytes: int, beginning: bytes = b"") -> bytes:
    """Pack zeros behind a beginning: a thousandth of their size."""
    state = zlib.compressobj(1, zlib.DEFLATED, 31)
    parts = [state.compress(beginning)]
    zeros = bytes(2**20)
    parts += [state.compress(zeros) for _ in range(n_bytes // len(zeros))]
    return b"".join([*parts, state.flush()])


def odd_array(random: Random) -> np.ndarray[Any, Any]:
    return np.zeros(random.choice(((), (0,), (3,), (2, 2), (1, 0, 4))), random.choice(("f2", "f4", "f8", "u1", "i8", "S3", "?")))
