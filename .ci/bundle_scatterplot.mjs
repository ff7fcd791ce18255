// Bundle the WebGL scatter plot of the explorer into one file, licences in front. Needs Node and
// npm: `make scatterplot`.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const VERSIONS = ["regl-scatterplot@1.16.0", "regl@2.1.1", "pub-sub-es@3.0.0", "esbuild@0.28"];
const PARTS = ["regl-scatterplot", "regl", "pub-sub-es", "regl-line", "gl-matrix", "earcut",
  "dom-2d-camera", "camera-2d-simple", "@flekschas/utils"];
const KDBUSH = `== kdbush (ISC), within regl-scatterplot ==
Copyright (c) 2018, Vladimir Agafonkin. Permission to use, copy, modify, and/or distribute this
software for any purpose with or without fee is hereby granted, provided that the above copyright
notice and this permission notice appear in all copies. The software is provided "as is" and the
author disclaims all warranties with regard to this software.`;

const target = resolve("src/reelvec/report/assets/scatterplot.min.js");
const folder = mkdtempSync(join(tmpdir(), "scatterplot-"));
const run = (...command) => execFileSync(command[0], command.slice(1), { cwd: folder });

run("npm", "init", "-y");
run("npm", "install", "--silent", ...VERSIONS);
writeFileSync(join(folder, "entry.js"),
  'export { default as createScatterplot, createRenderer } from "regl-scatterplot";\n');
const licences = PARTS.map((name) => {
  const place = join(folder, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(place, "package.json")));
  const file = readdirSync(place).find((each) => /^licen[cs]e/i.test(each));
  const text = readFileSync(join(place, file), "utf8").replaceAll("*/", "* /").trim();
  return `== ${name} ${version} (${license}) ==\n${text}\n`;
});
const banner = `/*!
regl-scatterplot and what it is made of, in one file; made by \`make scatterplot\`.

${[...licences, KDBUSH].join("\n")}
*/`;
run("npx", "esbuild", "entry.js", "--bundle", "--minify", "--format=iife",
  "--global-name=reglScatterplot", "--legal-comments=none", `--banner:js=${banner}`,
  `--outfile=${target}`);
