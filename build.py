"""Makes the site: `python build.py`. The same program as the installed command `codepairs`."""

import sys

if __name__ == "__main__":
    try:
        from codepairs.cli import main
    except ModuleNotFoundError as error:
        sys.exit(f"{error.name} is not installed here; `python3 run.py build` sets everything up and builds the site")
    main()
