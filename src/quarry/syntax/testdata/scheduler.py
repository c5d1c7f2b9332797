#!/usr/bin/env python3
# Copyright the Quarry authors.
"""Runs jobs at set times.

The module docstring belongs to the first section.
"""
from __future__ import annotations

import contextlib
import functools
from typing import Callable, overload

DEFAULT_DELAY = 2.5
_registry: dict[str, "Job"] = {}


# A plain comment is the doc of a function without a docstring.
# It may have several lines.
def register(job: Job) -> None:
    _registry[job.name] = job


# A comment with a blank line below belongs to nobody.

def unregister(name: str) -> None: _registry.pop(name, None)


@functools.lru_cache(maxsize=None)
@contextlib.contextmanager
def paused(
    names: tuple[str, ...],
    *,
    timeout: float = DEFAULT_DELAY,
) -> Iterator[None]:
    """Hold back the jobs in `names` inside the block."""
    for name in names:
        _registry[name].pause(timeout)
    yield
    list(map(lambda name: _registry[name].resume(), names))


class Job(Base, metaclass=abc.ABCMeta):
    """Something that runs again and again."""

    #: seconds between two runs
    delay: float = DEFAULT_DELAY

    def __init__(self, name, action: Callable[[], None]):
        super().__init__()
        self.name = name
        self.action = action

    # The next moment is computed lazily.
    @property
    def next_run(self) -> float:
        return self._next or self._compute()

    @next_run.setter
    def next_run(self, value): self._next = value

    @overload
    def run(self, count: int) -> list: ...
    @overload
    def run(self, count: None = None) -> object: ...

    async def run(self, count=None):
        r'''Run the action, with retries.'''

        class Failure(errors.JobError, Generic[T]):
            pass

        def attempt(left):
            try:
                return self.action()
            except (OSError, errors.Timeout):
                if not left:
                    raise Failure(self.name) from None
                return attempt(left - 1)

        return await attempt(count or 3)

    class Options(dict):
        def get_delay(self):
            return self["delay"]


if __name__ == "__main__":
    def main():
        "A function inside a condition."
        register(Job("tick", print))

    main()
type Handler[T] = Callable[[T], None]
