// The thread in which Python runs. The page gives it all files; it never asks the network.

const EVERY = 50; // ms between two messages while a cell prints
const MOST = 50_000; // characters that one run may show

let runCell, namespace;

async function start({ files, lock }) {
  const address = (name) => URL.createObjectURL(files.get(name));
  // Pyodide asks for its files by name.
  globalThis.fetch = async (wanted) => {
    const file = files.get(String(wanted.url ?? wanted).split("/").at(-1));
    if (!file) throw new TypeError("live cells cannot reach the network");
    return new Response(file);
  };
  const { loadPyodide } = await import(address("pyodide.mjs"));
  const { default: createPyodideModule } = await import(address("pyodide.asm.mjs"));
  const pyodide = await loadPyodide({
    createPyodideModule,
    indexURL: new URL("./", import.meta.url).href,
    lockFileContents: { info: lock, packages: {} },
  });
  for (const wheel of ["numpy", "embedlib"]) {
    pyodide.unpackArchive(await files.get(wheel).arrayBuffer(), "wheel");
  }
  // run_cell imports IPython.lib.pretty, of which this is all that is needed.
  const { FS } = pyodide;
  const modules = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
  FS.mkdirTree(`${modules}/IPython/lib`);
  const write = async (name, path) =>
    FS.writeFile(`${modules}/${path}`, new Uint8Array(await files.get(name).arrayBuffer()));
  await write("pretty.py", "IPython/lib/pretty.py");
  await write("run_cell.py", "run_cell.py");
  pyodide.runPython("import importlib; importlib.invalidate_caches()");
  const python = pyodide.pyimport("run_cell");
  python.use_wide_integers();
  runCell = python.run_cell;
  namespace = pyodide.toPy({ __name__: "__main__" });
}

// Collects what a cell prints, so that a loop that prints does not drown the page in messages.
class Outputs {
  constructor() {
    this.parts = [];
    this.count = 0;
    this.sent = performance.now();
  }

  add(kind, text) {
    if (this.count > MOST) return;
    this.count += text.length;
    const last = this.parts.at(-1);
    if (last?.[0] === kind && kind.startsWith("std")) last[1] += text;
    else this.parts.push([kind, text]);
    const full = this.count > MOST;
    if (full) this.parts.push(["cut", ""]);
    if (full || performance.now() - this.sent > EVERY) this.send();
  }

  send() {
    if (this.parts.length) postMessage({ outputs: this.parts });
    this.parts = [];
    this.sent = performance.now();
  }
}

let runs = 0;
function run({ source }) {
  const outputs = new Outputs();
  const missing = runCell(source, `<cell ${++runs}>`, namespace, (...part) => outputs.add(...part));
  outputs.send();
  return { missing };
}

onmessage = async ({ data }) => {
  try {
    postMessage(data.start ? await start(data.start).then(() => ({ ready: true })) : run(data.run));
  } catch (problem) {
    postMessage({ failed: String(problem) });
  }
};
