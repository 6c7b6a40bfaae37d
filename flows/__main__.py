"""python -m flows is the command `beltwatch`."""

from flows.cli import main

if __name__ == "__main__":
    main()
