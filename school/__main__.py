"""`python -m school` and the command `school`: what it imports stays, and the collector need not look at it again and again meanwhile."""

import gc

gc.disable()

from school.cli import main  # noqa: E402 - this is what is imported

gc.freeze()
gc.enable()

if __name__ == "__main__":
    main()
