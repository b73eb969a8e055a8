"""A file system whose process dies at a chosen step: from then on nothing more is done."""

from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.fs as pa_fs


class DeathError(Exception):
    """The process is dead. (No OSError, which the lake would explain.)"""


class MortalFileSystem(pa_fs.FileSystemHandler):  # type: ignore[misc]
    """Does what `inner` does, and dies at the step that changes it for the `dies_at`-th time (from 1).

    is_done: whether that step itself is still done; of a file's first write half of the bytes, of a folder's removal
    half of the files. Later writes to a file are no steps of their own: it is no more whole than before.
    steps: how many changes there were; with dies_at 0 it lives, and they tell how many ways there are to die.
    """

    def __init__(self, inner: Any, *, dies_at: int = 0, is_done: bool = False) -> None:
        self.inner = inner
        self.dies_at = dies_at
        self.is_done = is_done
        self.steps = 0

    @property
    def is_dead(self) -> bool:
        return 0 < self.dies_at <= self.steps

    def step(self, change: Any, half: Any = None) -> Any:
        """Make one change, or die before or after it."""
        if self.is_dead:
            self.die()
        self.steps += 1
        if not self.is_dead:
            return change()
        if self.is_done:
            (half or change)()
        return self.die()

    def die(self) -> NoReturn:
        raise DeathError

    def get_type_name(self) -> str:
        return "mortal"

    def normalize_path(self, path: str) -> str:
        return str(self.inner.normalize_path(path))

    def get_file_info(self, paths: list[str]) -> Any:
        return self.inner.get_file_info(paths)

    def get_file_info_selector(self, selector: Any) -> Any:
        return self.inner.get_file_info(selector)

    def create_dir(self, path: str, recursive: bool) -> None:
        self.step(lambda: self.inner.create_dir(path, recursive=recursive))

    def delete_dir(self, path: str) -> None:
        def half() -> None:
            files = self.inner.get_file_info(pa_fs.FileSelector(path, recursive=True))
            for info in files[::2]:
                if info.type == pa_fs.FileType.File:
                    self.inner.delete_file(info.path)

        self.step(lambda: self.inner.delete_dir(path), half)

    def delete_dir_contents(self, path: str, missing_dir_ok: bool) -> None:
        raise NotImplementedError

    def delete_root_dir_contents(self) -> None:
        raise NotImplementedError

    def delete_file(self, path: str) -> None:
        self.step(lambda: self.inner.delete_file(path))

    def move(self, src: str, dest: str) -> None:
        self.step(lambda: self.inner.move(src, dest))

    def copy_file(self, src: str, dest: str) -> None:
        raise NotImplementedError

    def open_input_stream(self, path: str) -> Any:
        return self.inner.open_input_stream(path)

    def open_input_file(self, path: str) -> Any:
        return self.inner.open_input_file(path)

    def open_output_stream(self, path: str, metadata: Any) -> Any:
        return self.step(lambda: pa.PythonFile(_MortalFile(self, self.inner.open_output_stream(path)), mode="w"))

    def open_append_stream(self, path: str, metadata: Any) -> Any:
        raise NotImplementedError


class _MortalFile:
    def __init__(self, system: MortalFileSystem, file: Any) -> None:
        self._system = system
        self._file = file
        self._is_begun = False
        self.closed = False

    def write(self, data: Any) -> int:
        content = bytes(data)
        if self._is_begun:
            self._file.write(content)
        else:
            self._is_begun = True
            self._system.step(lambda: self._file.write(content), lambda: self._file.write(content[: len(content) // 2]))
        return len(content)

    def flush(self) -> None:
        pass

    def tell(self) -> int:
        return int(self._file.tell())

    def close(self) -> None:
        self.closed = True
        self._file.close()
