'use strict';
const MEMBERS = 600;

exports.create = function create(list) {
  const members = Array.from({ length: MEMBERS }, (_, member) => ({
    address: `m${member}@list-${list}.test`,
    digest: member % 2 === 0,
  }));
  return (_query, done) => done(null, { list, members: members.length, first: members[0].address });
};
