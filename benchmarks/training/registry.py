"""The contenders: every module of contenders/. Their packages are imported only when they run."""

import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType

from benchmarks.training import contenders
from benchmarks.training.contender import Contender, Job, Measurement


def read_contenders() -> dict[str, Contender]:
    """Module name -> what it is, in the order of the report."""
    names = [module.name for module in pkgutil.iter_modules(contenders.__path__)]
    found: dict[str, Contender] = {name: _module(name).CONTENDER for name in names}
    return dict(sorted(found.items(), key=lambda item: item[1].order))


def contender_run(name: str) -> Callable[[Job], Measurement]:
    """The function of a contender."""
    run: Callable[[Job], Measurement] = _module(name).run
    return run


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{contenders.__name__}.{name}")
