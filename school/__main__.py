"""`python -m school` is the command `school`."""

from school.cli import main

if __name__ == "__main__":
    main()
