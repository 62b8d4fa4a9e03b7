// Reads an AsyncAPI document with the official parser. Ends with 1 where that has anything to say of it.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");

const { Parser } = createRequire(`${process.cwd()}/`)("@asyncapi/parser");

async function main(path) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(path, "utf8"));
  for (const each of diagnostics) console.error(`${each.code} at ${each.path.join(".")}: ${each.message}`);
  if (!document || diagnostics.length) process.exit(1);
  const counts = ["servers", "channels", "operations", "messages"].map((part) => `${document[part]().length} ${part}`);
  console.log(counts.join(", "));
}

main(process.argv[2]);
