// What is imported in the built site alone: each file is written or fetched by the build.

/** From npm, at the version in web/fetched/fetched.toml. */
declare module "*/minisearch.mjs" {
  export { default, type SearchResult } from "minisearch";
}

/** From Sphinx, wrapped by web/search/search.py. */
declare module "*/stemmer.mjs" {
  export class Stemmer {
    stemWord(word: string): string;
  }
}

/** From web/keep/keep.py: what the buttons and messages say, and the editions by their names. */
declare module "*/words.mjs" {
  const words: { [name: string]: string } & { names: { [edition: string]: string } };
  export default words;
}

/** From web/keep/lists.py: what an edition consists of. */
declare module "*/keep.json" {
  export interface List {
    edition: string;
    version: string;
    /** In all. */
    bytes: number;
    files: { [path: string]: [hash: string, bytes: number] };
  }
}

/** Of web/keep, as seen from where the pages have it. */
declare module "*/keep/told.mjs" {}

/** From web/live/pyodide.py. */
declare module "*/edition.mjs" {
  const edition: Edition;
  export default edition;

  /** Its size, and its address as seen from the scripts. */
  export interface Fetched {
    name: string;
    address: string;
    bytes: number;
  }

  /** Files one after the other, by their names and sizes, compressed. */
  export interface Pack extends Fetched {
    table: [string, number][];
  }

  export interface Edition {
    /** What the buttons and messages say. */
    words: { [name: string]: string };
    /** The head of Pyodide's own list of its files. */
    lock: object;
    /** Of the thread in which Python runs. */
    scripts: Fetched[];
    /** What Python needs for the first Run. */
    packs: Pack[];
    /** What it fetches when an import asks for it. */
    later: Fetched[];
  }
}
