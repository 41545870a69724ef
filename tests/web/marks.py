"""What every test in a browser is marked with."""

import pytest

IN_A_BROWSER = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]
