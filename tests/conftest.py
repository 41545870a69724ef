from tests.pcsc_harness import FOUR_READERS, VirtualReaders
import pytest, tempfile
from pathlib import Path
@pytest.fixture
def virtual_readers():
    with tempfile.TemporaryDirectory(prefix="pcsc-") as d, VirtualReaders(FOUR_READERS, Path(d)) as readers:
        yield readers
