"""python -m limn."""

from limn.cli import main

if __name__ == "__main__":
    main()
