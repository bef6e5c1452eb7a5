"""The evening at the desk, with everything in it that names somebody."""

from tests.console.conftest import beginning, browser, evening, logged_in, outage, street  # noqa: F401  fixtures
