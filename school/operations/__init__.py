"""A client's operations: what it sends lies in its package, each document in a file of its own, so that the service can know it beforehand.

Here lies what every client needs to get in and to keep who it is: invitations, signing in and out, factors, sessions, tokens, the record, the office's part.
"""

from pathlib import Path


def read_folder(folder: Path) -> dict[str, str]:
    """The documents by name, as they are sent: each is a file NAME.graphql. Where it has several operations, `operationName` says which one is meant."""
    return {path.stem: path.read_text(encoding="utf-8").strip() for path in sorted(folder.glob("*.graphql"))}


SHARED = read_folder(Path(__file__).parent)


def operations_of(package: Path) -> dict[str, str]:
    """All that the client in this package may send."""
    return {**SHARED, **read_folder(package / "operations")}
