"""`python -m onegate` is the command too."""

from onegate.cli import main

if __name__ == "__main__":
    main()
