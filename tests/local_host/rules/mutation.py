"""Breaks code on purpose, in place, for as long as a test needs it broken."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.local_host.rules.rules import Rule


@dataclass(frozen=True)
class Mutant:
    """One piece of a module's source replaced by another: `old` must stand there exactly once."""

    what: str
    module: ModuleType
    old: str
    new: str


@dataclass(frozen=True)
class Case:
    """Breaking the rule so makes the row fail; `given` are the row's parameters."""

    rule: Rule
    mutant: Mutant
    row: Callable[..., None]
    given: tuple[Any, ...] = ()


@contextmanager
def alive(mutant: Mutant) -> Iterator[None]:
    """The module's functions run the changed source; whoever holds them already too."""
    source = inspect.getsource(mutant.module)
    assert source.count(mutant.old) == 1, f"{mutant.what}: {mutant.old!r} is not there once"
    functions = _functions(mutant.module)
    changed = _codes(source.replace(mutant.old, mutant.new), mutant.module)
    kept = {name: function.__code__ for name, function in functions.items()}
    assert any(_text(kept[name]) != _text(changed[name]) for name in kept), mutant.what
    try:
        for name, function in functions.items():
            function.__code__ = changed[name]
        yield
    finally:
        for name, function in functions.items():
            function.__code__ = kept[name]


def _functions(module: ModuleType) -> dict[str, FunctionType]:
    """What the module's own source defines, by qualified name."""
    found = {}
    owners = [module, *(one for one in vars(module).values() if inspect.isclass(one))]
    for one in (one for owner in owners for one in vars(owner).values()):
        function = one.fget if isinstance(one, property) else one
        function = inspect.unwrap(function) if callable(function) else function
        if inspect.isfunction(function) and function.__code__.co_filename == module.__file__:
            found[function.__qualname__] = function
    return found


def _codes(source: str, module: ModuleType) -> dict[str, CodeType]:
    fresh = ModuleType(module.__name__)
    fresh.__file__ = module.__file__
    exec(compile(source, str(module.__file__), "exec"), fresh.__dict__)  # our own
    return {name: function.__code__ for name, function in _functions(fresh).items()}


def _text(code: CodeType) -> object:
    """What the code does, without where it stands."""
    inner = tuple(_text(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.co_code, code.co_names, inner
