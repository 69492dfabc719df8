"""Where an edition comes from: a file, a shipped policy, an edition by its name, a revision of a git repository.

Git is run as a program, with its arguments one by one and never through a shell. A revision is resolved
to the hash of its tree first, so that nothing that a user writes can be taken for an option.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from kb.policy import SHIPPED, Policy, checked_policy, find_policy, load_policy, shown_path
from kb.problems import Problem, ProblemsError, did_you_mean, printable

FORMS = (
    "a source is a policy file, the name of a shipped policy, `NAME@EDITION` for an edition of a policy, "
    "or `REV:path` of a git repository"
)
# Where git itself says that it needs no more than the objects it has: no prompt, no pager, no locks.
QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def load_source(source: str) -> Policy:
    """The checked policy of a source: a file, a shipped policy's name, ``NAME@EDITION``, or ``REV:path``.

    A file of the very name comes first. Raises ``ProblemsError`` where there is no such source, where it is a
    folder of editions, and with every error of the policy where there is one.
    """
    if _is_policy(source):
        return load_policy(source)
    if source and Path(source).is_dir():
        raise _folder(source)
    name, at, edition = source.rpartition("@")
    if at and (_is_policy(name) or Path(name).is_dir()):
        return _edition(name, edition)
    revision, colon, path = source.partition(":")
    if colon and path:
        return checked_policy(_from_git(source, revision, path), source)
    try:
        return load_policy(find_policy(source))
    except ProblemsError as error:
        only = error.problems[0]
        if only.code != "no-such-policy":
            raise
        raise _problem(only.code, only.message, source, f"{only.help}; {FORMS}") from None


def _is_policy(source: str) -> bool:
    return Path(source).is_file() or (SHIPPED / f"{source}.pl").is_file()


def _folder(source: str) -> ProblemsError:
    """What to say of a folder that stands where one edition is wanted."""
    from kb.editions import load_editions

    help = f"write `{printable(source.rstrip('/'))}@NAME`; editions: {load_editions(source).told()}"
    return _problem("which-edition", "this is a folder of editions", source, help)


def _edition(name: str, edition: str) -> Policy:
    """An edition of a policy by its name, as its file has it."""
    from kb.editions import edition_files, load_editions

    chosen = load_editions(name, edition).chosen
    assert chosen is not None
    # One that others follow has the day on which it ends in its header, which its file does not say.
    return load_policy(next(file for file in edition_files(name) if shown_path(file) == chosen.path))


def _from_git(source: str, revision: str, path: str) -> bytes:
    """The bytes of a file of a revision; a path is that from the root of the repository, or from this folder."""
    if not revision or revision.startswith("-"):
        raise _problem("no-such-revision", f"`{printable(revision)}` is no revision", source, FORMS)
    inside = _git(source, ["rev-parse", "--is-inside-work-tree"])
    if inside.returncode:
        reason = inside.stderr.decode("utf-8", "replace").strip().split("\n")[0].removeprefix("fatal: ")
        raise _problem("no-repository", f"git cannot read a repository here: {printable(reason)}", source, FORMS)
    found = _git(source, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}"])
    if found.returncode:
        raise _problem("no-such-revision", f"no revision `{printable(revision)}`", source, _revisions(source, revision))
    tree = found.stdout.decode("ascii").strip()
    # Git takes `./path` for one from this folder.
    for name in (path, path if path.startswith(("./", "../")) else f"./{path}"):
        blob = _git(source, ["cat-file", "blob", f"{tree}:{name}"])
        if blob.returncode == 0:
            return blob.stdout
    message = f"no file `{printable(path)}` in the revision `{printable(revision)}`"
    raise _problem("no-such-file", message, source, _files(source, tree, path))


def _revisions(source: str, revision: str) -> str:
    """What else could have been meant by a revision."""
    listed = _git(source, ["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"])
    names = listed.stdout.decode("utf-8", "replace").split()
    shallow = "a shallow clone lacks older revisions and other branches: `git fetch` brings them"
    return did_you_mean(revision, names) or shallow


def _files(source: str, tree: str, path: str) -> str:
    """What else could have been meant by a path: the policies of a tree."""
    listed = _git(source, ["ls-tree", "-r", "-z", "--full-tree", "--name-only", tree])
    names = [name for name in listed.stdout.decode("utf-8", "replace").split("\0") if name.endswith(".pl")]
    if hint := did_you_mean(path, names):
        return hint
    alike = [name for name in names if name.endswith(f"/{os.path.basename(path)}")]
    return f"did you mean `{printable(alike[0])}`?" if alike else "the path starts at the root of the repository"


def _git(source: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "--no-pager", *arguments],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **QUIET},
        )
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            raise _problem("no-git", "`git` is not installed", source, FORMS) from None
        raise _problem("no-git", f"git cannot be run: {str(error).lower()}", source, FORMS) from None


def _problem(code: str, message: str, source: str, help: str) -> ProblemsError:
    return ProblemsError([Problem(code, message, source, help=help)], {})
