'use strict';
const table = new Map();
const makers = new Map();

exports.add = (path, handler) => table.set(path, handler);

/** The handler is made when it is first asked for. */
exports.addLazily = (path, make) => makers.set(path, make);

exports.find = function find(path) {
  if (!table.has(path) && makers.has(path)) {
    table.set(path, makers.get(path)());
    makers.delete(path);
  }
  return table.get(path);
};
