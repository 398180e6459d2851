/*
 * node node_runner.js <folder of the page> [without-ed25519 | without-subtle] < questions.json > answers.json
 */
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");
const { webcrypto } = require("crypto");

function engineWith(lack) {
  const subtle = {
    digest: (...given) => webcrypto.subtle.digest(...given),
    verify: (...given) => webcrypto.subtle.verify(...given),
    importKey: (...given) =>
      lack === "without-ed25519"
        ? Promise.reject(new DOMException("Unrecognized algorithm name", "NotSupportedError"))
        : webcrypto.subtle.importKey(...given),
  };
  return lack === "without-subtle" ? {} : { subtle };
}

async function main([folder, lack]) {
  Object.defineProperty(globalThis, "crypto", { value: engineWith(lack) });
  for (const name of ["verify-formats.js", "verify-line.js", "verify-steps.js"]) {
    require(path.resolve(folder, name));
  }
  vm.runInThisContext(fs.readFileSync(path.join(__dirname, "answer.js"), "utf8"));
  const answers = await globalThis.answer(JSON.parse(fs.readFileSync(0, "utf8")));
  process.stdout.write(JSON.stringify(answers));
}

main(process.argv.slice(2));
