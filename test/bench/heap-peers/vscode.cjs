// @vscode/v8-heap-parser: Rust compiled to WebAssembly: constructors by retained size.
const { readFileSync } = require('node:fs');
const { decode_bytes: decode } = require('@vscode/v8-heap-parser');

for (const group of decode(readFileSync(process.argv[2])).get_class_groups(0, 12, false)) {
  console.log(group.name(), group.children_len, group.self_size, group.retained_size);
}
