// Bundle the modules of the explorer with the library that draws, licences in front:
// `make explorer`. With --check nothing is written: it fails where the bundle would be another.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const assets = join(here, "../src/reelvec/report/assets");
const modules = join(assets, "explorer");
const target = join(assets, "explorer.min.js");
const installed = join(here, "node_modules");

const KDBUSH = `== kdbush (ISC), within regl-scatterplot ==
Copyright (c) 2018, Vladimir Agafonkin. Permission to use, copy, modify, and/or distribute this
software for any purpose with or without fee is hereby granted, provided that the above copyright
notice and this permission notice appear in all copies. The software is provided "as is" and the
author disclaims all warranties with regard to this software.`;

const text = (...place) => readFileSync(join(...place), "utf8");

function licence(name) {
  const { version, license } = JSON.parse(text(installed, name, "package.json"));
  const file = readdirSync(join(installed, name)).find((each) => /^licen[cs]e/i.test(each));
  const words = text(installed, name, file).replaceAll("*/", "* /").trim();
  return `== ${name} ${version} (${license}) ==\n${words}\n`;
}

const { dependencies, overrides } = JSON.parse(text(here, "package.json"));
const { outputFiles } = buildSync({
  entryPoints: [join(modules, "main.js")],
  nodePaths: [installed],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  write: false,
});
const code = outputFiles[0].text;

// tests/report/test_explorer_bundle.py computes it too, without Node.
const digest = createHash("sha256");
const names = readdirSync(modules).filter((name) => name.endsWith(".js"));
for (const name of names.sort()) digest.update(`${name}\n${text(modules, name)}`);
digest.update(JSON.stringify([dependencies, overrides]));
digest.update(code);

const licences = Object.keys(dependencies)
  .filter((name) => name !== "esbuild")
  .map(licence);
const bundle = `/*!
The word map of the page, with regl-scatterplot and what that is made of; \`make explorer\` made it.
SHA-256 of the modules, the versions and the code below: ${digest.digest("hex")}

${[...licences, KDBUSH].join("\n")}
*/
${code}`;

if (!process.argv.includes("--check")) writeFileSync(target, bundle);
else if (text(target) !== bundle) {
  console.error("explorer.min.js is not what its modules give: run `make explorer`");
  process.exitCode = 1;
}
