"""A client's operations: what it sends lies in its package, each in a file of its own, so that the service can know it beforehand.

Here lies what several clients send.
"""

from pathlib import Path


def read_folder(folder: Path) -> dict[str, str]:
    """The operations by name, as they are sent: each is a file NAME.graphql."""
    return {path.stem: path.read_text(encoding="utf-8").strip() for path in sorted(folder.glob("*.graphql"))}


SHARED = read_folder(Path(__file__).parent)


def operations_of(package: Path) -> dict[str, str]:
    """All that the client in this package sends."""
    return {**SHARED, **read_folder(package / "operations")}
