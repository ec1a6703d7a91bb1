// Rules for every script of the website. ESLint finds what is surely wrong or unclear; types are
// TypeScript's (tsconfig.json).
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import globals from "globals";

export default defineConfig([
  { ignores: ["**/node_modules/"] },
  {
    files: ["**/*.mjs", "**/*.js"],
    extends: [js.configs.recommended],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      "consistent-return": "error",
      "eqeqeq": "error",
      "no-console": ["error", { allow: ["error"] }],
      "no-else-return": "error",
      "no-eval": "error",
      "no-implicit-coercion": "error",
      "no-implicit-globals": "error",
      "no-lonely-if": "error",
      "no-new-func": "error",
      "no-promise-executor-return": "error",
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-template-curly-in-string": "error",
      "no-unmodified-loop-condition": "error",
      "no-unused-vars": ["error", { varsIgnorePattern: "^_$" }], // a loop that only counts
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-promise-reject-errors": "error",
      "prefer-template": "error",
      "radix": "error",
    },
  },
  {
    files: ["**/*.js"], // stands inside a page, which calls what it declares
    languageOptions: { sourceType: "script" },
    rules: { "no-unused-vars": ["error", { vars: "local" }] },
  },
  // What a script may take from where it runs; the two without a page have the language alone.
  {
    ignores: ["**/worker.mjs", "**/ranking.mjs", "**/colour.mjs"],
    languageOptions: { globals: globals.browser },
  },
  { files: ["**/worker.mjs"], languageOptions: { globals: globals.worker } },
]);
