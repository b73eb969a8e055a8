"""Files under a URL, each of them whole or not there."""

import importlib
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq

from truepoint.errors import LakeError, first_line
from truepoint.events.lake.layout import WRITING

# Hadoop's names for what Arrow calls s3, so that one URL serves Spark and us.
HADOOP_SCHEMES: Final = ("s3a", "s3n")


@dataclass(frozen=True)
class LakeStore:
    """The lake's folder. Paths are relative to it, with slashes. Every method raises LakeError where it fails.

    shown: the lake's name for messages. filesystem: of pyarrow. root: the folder in it.
    """

    shown: str
    filesystem: Any
    root: str

    def folders(self) -> list[str]:
        """Names of the folders at the top, sorted; none where there is no lake yet."""
        infos = self._infos("", is_recursive=False)
        return sorted(info.base_name for info in infos if info.type == pa_fs.FileType.Directory)

    def files(self, folder: str) -> list[str]:
        """Paths of all files below a folder, sorted; none where there is no folder."""
        start = len(self._at("x")) - 1
        infos = self._infos(folder, is_recursive=True)
        return sorted(info.path[start:] for info in infos if info.type == pa_fs.FileType.File)

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        with self._explained("read"):
            return bool(self.filesystem.get_file_info(self._at(path)).type == pa_fs.FileType.File)

    def read_text(self, path: str) -> str:
        """The text of a file."""
        with self._explained("read"), self.filesystem.open_input_stream(self._at(path)) as file:
            return bytes(file.read()).decode()

    def read_parquet(self, path: str) -> Any:
        """A file as a pyarrow Table."""
        with self._explained("read"), self.filesystem.open_input_file(self._at(path)) as file:
            return pq.ParquetFile(file).read()

    def write_text(self, path: str, text: str) -> None:
        """Write a file, in the place of one that may be there."""
        with self._placed(path) as file:
            file.write(text.encode())

    def write_parquet(self, path: str, table: Any) -> None:
        """Write a pyarrow Table to a file, in the place of one that may be there."""
        with self.open_parquet(path, table.schema) as write:
            write(table)

    @contextmanager
    def open_parquet(self, path: str | Callable[[], str], schema: Any) -> Iterator[Callable[[Any], None]]:
        """Within, each call writes a batch or a table. The file takes its place at the end, not after an error.

        path: where that place is known at the end only, a function that is asked then.
        """
        with self._placed(path) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:

            def write(rows: Any) -> None:
                with self._explained("written"):
                    writer.write(rows)

            yield write

    def remove_file(self, path: str) -> None:
        """Remove a file that is there."""
        with self._explained("written"):
            self.filesystem.delete_file(self._at(path))

    def remove_folder(self, path: str) -> None:
        """Remove a folder, if it is there, and all in it."""
        with self._explained("written"):
            if self.filesystem.get_file_info(self._at(path)).type == pa_fs.FileType.Directory:
                self.filesystem.delete_dir(self._at(path))

    @contextmanager
    def _placed(self, path: str | Callable[[], str]) -> Iterator[Any]:
        """A stream to a hidden file, which is renamed to `path` at the end."""
        hidden = f"{WRITING}/{uuid.uuid4().hex}"
        with self._explained("written"):
            self.filesystem.create_dir(self._at(WRITING), recursive=True)
            with self.filesystem.open_output_stream(self._at(hidden)) as file:
                yield file
            self._make_durable(hidden)
            place = path if isinstance(path, str) else path()
            folder = place.rpartition("/")[0]
            if folder:
                self.filesystem.create_dir(self._at(folder), recursive=True)
            self.filesystem.move(self._at(hidden), self._at(place))
            self._make_durable(folder)

    def _make_durable(self, path: str) -> None:
        """On a disk of this machine: a later file must not outlive a power cut that takes an earlier one."""
        if isinstance(self.filesystem, pa_fs.LocalFileSystem):
            descriptor = os.open(self._at(path), os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _infos(self, folder: str, *, is_recursive: bool) -> list[Any]:
        selector = pa_fs.FileSelector(self._at(folder), allow_not_found=True, recursive=is_recursive)
        with self._explained("read"):
            return list(self.filesystem.get_file_info(selector))

    def _at(self, path: str) -> str:
        return "/".join(part for part in (self.root, path) if part)

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException) as error:
            raise LakeError(f"The lake {self.shown} cannot be {what}: {first_line(error)}.") from error


def open_lake(url: str) -> LakeStore:
    """The lake at a folder's path, or at a URL of a file system that pyarrow knows, or fsspec where it is installed.

    Nothing is read or made yet. Raises LakeError.
    """
    if "://" not in url:
        return LakeStore(shown=url, filesystem=pa_fs.LocalFileSystem(), root=str(Path(url).expanduser().absolute()))
    scheme, _, rest = url.partition("://")
    known = f"s3://{rest}" if scheme in HADOOP_SCHEMES else url
    try:
        filesystem, root = pa_fs.FileSystem.from_uri(known)
    except (OSError, ValueError, pa.ArrowException) as error:
        filesystem, root = _open_by_fsspec(url, error)
    return LakeStore(shown=_without_secrets(url), filesystem=filesystem, root=root.rstrip("/"))


def _open_by_fsspec(url: str, reason: Exception) -> tuple[Any, str]:
    refusal = (
        f"The lake {_without_secrets(url)} cannot be opened: {first_line(reason)}. Allowed: a folder, or a URL of a "
        "file system that pyarrow knows, such as s3://bucket/folder, or fsspec, if it is installed."
    )
    try:
        filesystem, root = importlib.import_module("fsspec.core").url_to_fs(url)
    except (OSError, ValueError, ImportError):
        raise LakeError(refusal) from reason
    return pa_fs.PyFileSystem(pa_fs.FSSpecHandler(filesystem)), root


def _without_secrets(url: str) -> str:
    """A URL may hold a user, a password, and options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
