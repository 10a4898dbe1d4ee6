// memlab: it has no table of constructors, so the twelve classes of most shallow size are summed up with its own aggregation.
const { analysis, config, utils } = require('@memlab/core');

config.muteConsole = true;
async function run() {
  const snapshot = await utils.getSnapshotFromFile(process.argv[2], { buildNodeIdIndex: true, verbose: false });
  analysis.preparePathFinder(snapshot);
  const classes = new Map();
  snapshot.nodes.forEach((node) => {
    const found = classes.get(node.name) ?? { name: node.name, ids: new Set(), self: 0 };
    found.ids.add(node.id);
    found.self += node.self_size;
    if (node.type === 'object') classes.set(node.name, found);
  });
  for (const { name, ids, self } of [...classes.values()].sort((a, b) => b.self - a.self).slice(0, 12)) {
    console.log(
      name,
      ids.size,
      self,
      utils.aggregateDominatorMetrics(ids, snapshot, () => true, utils.getRetainedSize),
    );
  }
}

void run();
