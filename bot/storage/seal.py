"""The key that keeps cases' words and pictures unreadable to whoever copies the disk.

Fernet (AES-128-CBC with HMAC-SHA256) through ``MultiFernet``: the first key seals, every key
opens, so a key is rotated by putting a new one before the old.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import EnvironmentFailed, Misconfigured


class Seal:
    """Seals and opens. ``source`` names the file or variable the keys came from."""

    def __init__(self, keys: Sequence[str], source: str) -> None:
        """Take keys of 32 bytes each in URL-safe base64, newest first.

        Raises:
            Misconfigured: no key, or one that is not a key. The message never shows it.
        """
        try:
            self._keys = MultiFernet([Fernet(key) for key in keys])
        except ValueError as exc:
            raise Misconfigured(
                f"{source} does not hold an evidence key: each is 32 bytes in URL-safe base64 "
                f"(44 characters), newest first. Put the right one back."
            ) from exc
        self._source = source
        self._newest = Fernet(keys[0])
        self._naming = _derived(keys[0], b"bifocal evidence names")
        self._marking = [_derived(key, b"bifocal words") for key in keys]
        self.signing = tuple(_derived(key, b"bifocal buttons") for key in keys)
        """Secrets to sign with, one of each key, the newest first."""

    def seal(self, plain: bytes) -> bytes:
        """Encrypt; the same bytes never come out the same."""
        return self._keys.encrypt(plain)

    def open(self, sealed: bytes, what: str) -> bytes:
        """Decrypt. ``what`` names the thing for the message of the error.

        Raises:
            EnvironmentFailed: it was sealed with another key, or is damaged.
        """
        try:
            return self._keys.decrypt(sealed)
        except InvalidToken as exc:
            raise EnvironmentFailed(
                f"{what} cannot be opened with the key from {self._source}: it was sealed with "
                f"another key, or is damaged. Put the old key back, or name it after the new one."
            ) from exc

    def seal_text(self, text: str) -> str:
        """Encrypt words; nothing stays nothing."""
        return self.seal(text.encode()).decode("ascii") if text else ""

    def open_text(self, sealed: str, what: str) -> str:
        """Decrypt words.

        Raises:
            EnvironmentFailed: as ``open``.
        """
        return self.open(sealed.encode(), what).decode() if sealed else ""

    def name(self, plain: bytes) -> str:
        """A name for some content, 64 hex digits, that only the key's holder could compute.

        A plain digest would let anyone who sees the store test whether a known picture is in it.
        """
        return hmac.new(self._naming, plain, hashlib.sha256).hexdigest()

    def marks(self, word: str) -> tuple[str, ...]:
        """What stands for a word in the index of words, under each key, the newest first.

        96 bits of a keyed digest: found by whoever holds the key, guessed by nobody else.
        """
        return tuple(
            hmac.new(key, word.encode(), hashlib.sha256).hexdigest()[:24] for key in self._marking
        )

    @property
    def alone(self) -> bool:
        """Whether there is one key only, so that nothing can be under an older one."""
        return len(self._marking) == 1

    @property
    def fingerprint(self) -> str:
        """Says which key is the newest without saying anything of it."""
        return self.name(b"fingerprint")[:16]

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True


def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(base64.urlsafe_b64decode(key))


def key_file(path: Path) -> Seal:
    """The seal of a key file, made with mode 0600 where there is none yet.

    The file holds one key a line, newest first.

    Raises:
        EnvironmentFailed: it can be neither read nor made.
        Misconfigured: it does not hold keys.
    """
    try:
        if not path.exists():
            _make(path)
        keys = path.read_text("ascii").split()
    except OSError as exc:
        raise EnvironmentFailed(
            f"The evidence key {path} cannot be read or made: {exc.strerror}. Check its directory."
        ) from exc
    except UnicodeDecodeError as exc:
        raise Misconfigured(
            f"{path} does not hold an evidence key. Put the right one back."
        ) from exc
    return Seal(keys, str(path))


def add_key(path: Path) -> None:
    """Put a new key before those of a key file; the file is replaced whole.

    Raises:
        EnvironmentFailed, Misconfigured: as ``key_file``.
    """
    key_file(path)
    _replace(path, [Fernet.generate_key().decode(), *path.read_text("ascii").split()])


def drop_old_keys(path: Path) -> int:
    """Keep only the newest key of a key file; how many went.

    Raises:
        EnvironmentFailed, Misconfigured: as ``key_file``.
    """
    key_file(path)
    newest, *old = path.read_text("ascii").split()
    _replace(path, [newest])
    return len(old)


def _replace(path: Path, keys: Sequence[str]) -> None:
    try:
        _drafted(path, keys).replace(path)
    except OSError as exc:
        raise EnvironmentFailed(
            f"The evidence key {path} cannot be written: {exc.strerror}. It is as it was."
        ) from exc


def _drafted(path: Path, keys: Sequence[str]) -> Path:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write("".join(f"{key}\n" for key in keys).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    return draft


def _make(path: Path) -> None:
    """Write a new key, whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _drafted(path, [Fernet.generate_key().decode()])
    try:
        # Unlike a rename, a link never replaces the key of a process that was faster.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
