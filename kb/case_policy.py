"""Which policy a case is made for: what its key `policy` names, and whether that is the one it is read under."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from kb.case_problems import shown
from kb.problems import ProblemsError, did_you_mean, printable


def named_source(given: str, path: str) -> str:
    """Where the policy is that a case names: a file, told from its folder, or a shipped policy by its name.

    ``given`` is what the key `policy` says, ``path`` the case file. Empty for a name that no file can have.
    """
    if not given or not given.isprintable():
        return ""
    # Only a file of a policy is read: what is wrong with it is shown, and a case may come from anywhere.
    beside = os.fspath(Path(path).parent / (given if given.endswith(".pl") else f"{given}.pl"))
    if _shipped(given) and not os.path.isfile(beside):
        return given
    # Through a link `a/../b` is another file than `b`.
    tidy = os.path.normpath(beside)
    return tidy if os.path.isfile(beside) and os.path.isfile(tidy) and os.path.samefile(tidy, beside) else beside


def policy_key(source: str, name: str, folder: Path) -> str:
    """What a case in a folder says under `policy`, so that it is decided by the policy of a source.

    That is the path from there to the file, where a case can name it by one; else the ``name`` of the policy.
    """
    if not source.endswith(".pl") or not os.path.isfile(source):
        return name
    # Where the folders are is told without links, for `..` leads out of what a link leads to.
    above, file = os.path.split(source)
    path = os.path.relpath(os.path.join(os.path.realpath(above), file), os.path.realpath(folder))
    return Path(path).as_posix() if path.isprintable() else name


def is_for(given: str, path: str, name: str) -> bool:
    """Whether a case that says ``given`` is made for the policy of this name.

    A path names a policy by its file: by what the file is called, or by the name that stands in it.
    """
    if name in (given, given.rpartition("/")[2].removesuffix(".pl")):
        return True
    source = named_source(given, path)
    if not os.path.isfile(source):
        return False
    from kb.policy import load_policy

    try:
        return load_policy(source).vocabulary.header.name == name
    except ProblemsError:
        return False


def wrong_policy(given: str, path: str, name: str) -> tuple[str, str]:
    """What to say of a case that is made for another policy than that of this name, and the way out."""
    message = f"the case is made for the policy {shown(given)}, and this is `{printable(name)}`"
    source = named_source(given, path)
    if os.path.isfile(source) or _shipped(source):
        return message, f"it is decided by the policy that it names with `--policy {printable(shlex.quote(source))}`"
    return message, did_you_mean(given, [name]) or "name the policy that it is made for with `--policy POLICY`"


def _shipped(name: str) -> bool:
    from kb.policy import SHIPPED

    return bool(name) and "/" not in name and os.path.isfile(SHIPPED / f"{name}.pl")
