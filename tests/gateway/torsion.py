"""Ed25519 by hand (RFC 8032, 5.1), plain and slow: its points of small order, and every form in which a lenient reader takes them for keys."""

from itertools import count

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
"""A prime. The curve has eight times as many points."""
D = -121665 * pow(121666, -1, PRIME) % PRIME
IDENTITY = (0, 1)
CONSTANT = (1).to_bytes(32, "little") + bytes(32)
"""A signature that nobody made: the identity as its point, and zero."""

Point = tuple[int, int]


def add(one: Point, other: Point) -> Point:
    """The sum; its denominators are never zero on this curve."""
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME) % PRIME, (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME) % PRIME


def multiply(times: int, point: Point) -> Point:
    """The point added to itself."""
    found = IDENTITY
    for bit in f"{times:b}":
        found = add(found, found)
        if bit == "1":
            found = add(found, point)
    return found


def points(y: int) -> list[Point]:
    """Those at this y: a pair, the one whose x is zero, or none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    root = pow(square, (PRIME + 3) // 8, PRIME)
    for x in (root, root * pow(2, (PRIME - 1) // 4, PRIME) % PRIME):
        if x * x % PRIME == square:
            return sorted({(x, y), (-x % PRIME, y)})
    return []


def encodings(point: Point) -> list[bytes]:
    """The canonical one and the others: a y beyond the prime, and either sign of an x that has none."""
    x, y = point
    signs = (x & 1,) if x else (0, 1)
    return [(written | sign << 255).to_bytes(32, "little") for written in (y, y + PRIME) if written < 2**255 for sign in signs]


def torsion() -> list[Point]:
    """All points whose order divides eight. There are eight, for the curve's order has no further factor two: the multiples of one of order eight."""
    for y in count(2):
        for point in points(y):
            found = multiply(ORDER, point)
            if multiply(4, found) != IDENTITY:
                return [multiply(times, found) for times in range(8)]
    raise AssertionError


WEAK = [encoding for point in torsion() for encoding in encodings(point)]
