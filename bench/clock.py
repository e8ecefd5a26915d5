"""Run a command of riskscore under a clock that is wrong: `python bench/clock.py SECONDS WORDS...`.

Only the hour that Python tells to the modules of riskscore is shifted. SECONDS may be negative. Times of files stay
right, as on a machine whose clock was set while a disk of another machine was in use.
"""

import datetime
import importlib
import pkgutil
import sys
import time
import types

import riskscore

RIGHT, SECONDS = datetime.datetime, time.time


class _Same(type):
    """What is a datetime under the right clock is one under the wrong clock, and the other way round."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, RIGHT)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is RIGHT

    def __hash__(cls) -> int:
        return hash(RIGHT)


def shifted(seconds: float) -> type:
    """Return a class like datetime whose `now` is `seconds` later."""

    class Wrong(RIGHT, metaclass=_Same):
        def __new__(cls, *words, **more):  # type: ignore[no-untyped-def]
            return RIGHT(*words, **more)

        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def]
            return RIGHT.now(tz) + datetime.timedelta(seconds=seconds)

    return Wrong


def shift(seconds: float) -> None:
    """Load every module of riskscore, and give each the wrong clock."""
    for module in pkgutil.walk_packages(riskscore.__path__, "riskscore."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    wrong = shifted(seconds)
    whole = types.SimpleNamespace(**{**vars(datetime), "datetime": wrong})
    for name, module in list(sys.modules.items()):
        if name.startswith("riskscore"):
            for key, value in list(vars(module).items()):
                if value is RIGHT or value is datetime:
                    setattr(module, key, wrong if value is RIGHT else whole)
    time.time = lambda: SECONDS() + seconds


if __name__ == "__main__":
    shift(float(sys.argv[1]))
    sys.argv = ["riskscore", *sys.argv[2:]]
    from riskscore.cli import main

    main()
