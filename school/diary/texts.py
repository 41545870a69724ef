"""What people type: trimmed, bounded, and storable in both databases."""

from school.errors import bad_input


def optional_text(text: str | None, name: str, longest: int) -> str | None:
    """The text without blanks around it; None when nothing is left. Refused: too long, or with characters that no database keeps."""
    text = (text or "").strip()
    if len(text) > longest:
        raise bad_input(f"{name} has at most {longest} characters")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise bad_input(f"{name} has characters that are no text")
    return text or None


def required_text(text: str, name: str, longest: int) -> str:
    """As `optional_text`, and not empty."""
    found = optional_text(text, name, longest)
    if found is None:
        raise bad_input(f"{name} must not be empty")
    return found
