"""Short texts that people type: a dish, a note."""

from unicodedata import category

from school.errors import bad_input


def line(text: str, name: str, *, longest: int) -> str:
    """One line of text without blanks around it; refused when empty, too long, or with characters that are none (control, lone surrogates)."""
    text = text.strip()
    if not 1 <= len(text) <= longest:
        raise bad_input(f"{name} must have 1 to {longest} characters")
    if any(category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in text):
        raise bad_input(f"{name} must be one line of text")
    return text
