"""`python -m furong.faces.cli`: the command line where the script `furong` is not on the path."""

import sys

from furong.faces.cli import main

sys.exit(main())
