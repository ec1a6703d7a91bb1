"""The notebooks that readers get: one language, nothing that only Sphinx understands, and they
run where only NumPy, torch, Matplotlib and the wheel are."""

import json
import re
import subprocess
import sysconfig
import venv
import zipfile
from itertools import compress

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

from tests.pages import HAN, IN_ONE_LANGUAGE, SITE, both_editions, every_stem, slow
from web.book.editions import EDITIONS, Address, address
from web.book.notebooks import for_readers, paths, read, shown, tags
from web.book.rules import code as code_cells
from web.book.rules import without_foreign
from web.site.server import serving

HERE = Address("https://github.com/someone/book", "https://someone.github.io/book")


@pytest.mark.parametrize("online", [True, False], ids=["online", "local"])
@both_editions
@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_a_readers_notebook_is_clean(path, code, online):
    notebook = for_readers(read(path), EDITIONS[code], HERE, online)
    nbformat.validate(notebook)
    words = "\n".join(c["source"] for c in notebook["cells"] if c["cell_type"] == "markdown")
    assert bool(HAN.search(without_foreign(words))) is (code == "zh")
    assert not re.search(r"^\([\w-]+\)=", words, re.MULTILINE), "a label is left"
    assert "](#" not in words, "a link to a label is left"
    assert not re.search(r"\{\w+\}`", words), "a role is left"
    assert "../imgs" not in words, "a picture is outside the notebook"
    assert "YOUR_GITHUB_NAME" not in json.dumps(notebook)
    assert not {tag for c in notebook["cells"] for tag in tags(c)} & {"en", "zh", "live"}


def test_links_lead_to_the_website_online_and_to_neighbours_at_home():
    chapter = next(path for path in paths() if path.stem.startswith("04"))
    for online, expected in [
        (
            True,
            "(https://someone.github.io/book/zh/chapters/01_one_hot_matmul.html#linear-layer)",
        ),
        (False, "(01_one_hot_matmul.ipynb)"),
    ]:
        notebook = for_readers(read(chapter), EDITIONS["zh"], HERE, online)
        assert expected in notebook["cells"][0]["source"]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A kernel whose environment has this one's packages, but not this checkout."""
    folder = tmp_path_factory.mktemp("reader")
    venv.create(folder / "env")  # pip comes with the packages, and installs into this one
    python = folder / "env" / "bin" / "python"
    library = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    # A path named in a .pth file is searched, but its own .pth files are not read: the
    # editable embedlib of this checkout stays out.
    with open(f"{library}/packages.pth", "w") as file:
        file.write(sysconfig.get_path("purelib") + "\n")
    specs = folder / "kernels" / "reader"
    specs.mkdir(parents=True)
    arguments = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": arguments, "display_name": "reader", "language": "python"}
    (specs / "kernel.json").write_text(json.dumps(spec))
    probe = [python, "-c", "import numpy, torch, matplotlib, embedlib"]
    answer = subprocess.run(probe, capture_output=True, text=True, cwd=folder)
    assert "No module named 'embedlib'" in answer.stderr, "the checkout is still visible"
    return KernelSpecManager(kernel_dirs=[str(folder / "kernels")]), python


def run(notebook, kernel, folder):
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="reader",
        resources={"metadata": {"path": folder}},
    )
    client.create_kernel_manager()
    client.km.kernel_spec_manager = kernel[0]
    client.execute()
    return notebook


def published(code, stem):
    return nbformat.read(SITE / code / "_sources" / "chapters" / f"{stem}.ipynb", 4)


@every_stem
def test_the_notebooks_of_both_languages_have_the_same_code_and_outputs(stem):
    """So they are run in one of them."""
    notebooks = [published(code, stem)["cells"] for code in EDITIONS]
    english, chinese = (
        [(c["source"], c["outputs"], c["metadata"]) for c in cells if c["cell_type"] == "code"]
        for cells in notebooks
    )
    assert english == chinese, f"{stem}: code or outputs differ between the languages"


@both_editions
def test_one_download_has_all_notebooks_of_a_language_and_what_they_need(code, tmp_path):
    with zipfile.ZipFile(SITE / code / "notebooks.zip") as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    wheel = next((SITE / "wheels").glob("*.whl"))
    names = {path.name for path in folder.iterdir()}
    assert names == {path.name for path in paths()} | {wheel.name, "README.txt"}
    install = f"pip install jupyterlab torch matplotlib {wheel.name}"
    assert install in (folder / "README.txt").read_text("utf-8")
    ways = (folder / "ways_to_run.ipynb").read_text("utf-8")
    assert install in ways
    assert bool(HAN.search(ways)) is (code == "zh")


@slow  # a kernel in an environment of its own
def test_in_colab_the_first_cell_installs_the_wheel_that_the_site_serves(kernel, tmp_path):
    """Colab is played by a module of its name; the published address by a local server."""
    notebook = published("en", "01_one_hot_matmul")
    subprocess.run([kernel[1], "-m", "pip", "uninstall", "--yes", "-q", "embedlib"], check=True)
    with serving(SITE) as here:
        play = "import sys, types\nsys.modules['google.colab'] = types.ModuleType('google.colab')"
        notebook["cells"].insert(0, nbformat.v4.new_code_cell(play))
        install = notebook["cells"][2]
        assert "%pip" in install["source"]
        install["source"] = install["source"].replace(address().site, here)
        where = nbformat.v4.new_code_cell("embedlib.__file__")
        notebook["cells"].append(where)
        done = run(notebook, kernel, tmp_path)
    assert str(kernel[1].parent.parent) in done["cells"][-1]["outputs"][0]["data"]["text/plain"]


@slow
@pytest.mark.parametrize(("code", "stem"), IN_ONE_LANGUAGE)
def test_a_downloaded_notebook_runs_in_an_empty_folder(code, stem, kernel, tmp_path):
    wheel = next((SITE / "wheels").glob("embedlib-*.whl"))
    install = ["-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([kernel[1], *install], check=True)
    notebook = published(code, stem)
    (path,) = (path for path in paths() if path.stem == stem)
    steady = ["nbval-ignore-output" not in tags(c) for _, c in code_cells(read(path))]
    stored = [shown(cell) for _, cell in code_cells(notebook)]
    done = run(notebook, kernel, tmp_path)
    found = [shown(cell) for _, cell in code_cells(done)]
    assert list(compress(found, steady)) == list(compress(stored, steady))
