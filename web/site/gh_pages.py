"""Put the built site on the branch gh-pages: ``python -m web.site.gh_pages``, in a workflow.

The branch gets one commit without a past, so it does not grow. Where to, and as whom, says the
environment that GitHub gives every workflow; it takes no secret beside the token of that run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from web.book.editions import address
from web.site.build import SITE

BRANCH = "gh-pages"
AUTHOR = {
    "user.name": "github-actions[bot]",
    "user.email": "41898282+github-actions[bot]@users.noreply.github.com",
}
NEEDED = ("index.html", "404.html", ".nojekyll")
# git asks this helper for the password: so it stands in no command line and in no file.
HELPER = '!f() { echo username=x-access-token; echo "password=$GITHUB_TOKEN"; }; f'


class PublishError(Exception):
    """The site cannot be published; the message is one line."""


def git(folder: Path, what: str, *arguments: str, **settings: str) -> None:
    given = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = ["git", "-C", str(folder), *given, what, *arguments]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode:
        lines = answer.stderr.strip().splitlines()
        telling = [line for line in lines if line.startswith(("fatal:", "error:", " !"))]
        raise PublishError(f"git {what}: {(telling or lines or ['no message'])[0].strip()}")


def remote() -> str:
    missing = [n for n in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY") if not os.environ.get(n)]
    if missing:
        raise PublishError(
            f"{' and '.join(missing)} is not set: this runs in a workflow of GitHub"
        )
    return f"{os.environ['GITHUB_SERVER_URL']}/{os.environ['GITHUB_REPOSITORY']}.git"


def check(site: Path) -> None:
    """Refuse half a site, and one that was built for another address."""
    missing = [name for name in NEEDED if not (site / name).is_file()]
    if missing:
        raise PublishError(f"{site} has no {missing[0]}: make book first")
    canonical = f'<link rel="canonical" href="{address().site}/">'
    if canonical not in (site / "index.html").read_text("utf-8"):
        raise PublishError(f"{site} was built for another address than {address().site}/")


def publish(site: Path, to: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "site")
        shutil.copytree(site, folder)
        git(folder, "init", "--quiet", f"--initial-branch={BRANCH}")
        git(folder, "add", "--all", "--force")
        said = f"Site of {os.environ.get('GITHUB_SHA', 'an unknown commit')}"
        git(folder, "commit", "--quiet", f"--message={said}", **AUTHOR)
        git(folder, "push", "--quiet", "--force", to, BRANCH, **{"credential.helper": HELPER})


def main() -> None:
    try:
        to = remote()
        check(SITE)
        publish(SITE, to)
    except PublishError as refusal:
        sys.exit(f"publish: {refusal}")
    print(f"published on {BRANCH} of {to}; GitHub Pages serves it as {address().site}/")


if __name__ == "__main__":
    main()
