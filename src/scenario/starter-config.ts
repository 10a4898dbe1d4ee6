/** A configuration to start from: one line is set, all else stands in comments as it is without them. */
export const STARTER_CONFIG: string = `# What profiler soak takes when the command line does not say it. All that can stand here: docs/configuration.md.
# Relative paths are resolved against the folder of this file. Check it with: profiler config check

# The service, by exactly one of port, name, pid, inspect, command.
target: { port: 3000 }
# target: { name: my-service }
# target: { command: [node, server.js] }      # starts it, and ends it afterwards

# Length of a run. The command line wins: profiler soak --minutes 5
# duration: 8h

# The load. Without a scenario the existing traffic is watched. Write one with: profiler load --init
# scenario: scenario.yaml
# url: http://127.0.0.1:3000      # base URL of the load, in place of that in the scenario
# users: 50                       # or rate: 100/s, in place of what the scenario says

# What fails the run (exit code 1).
# gates:
#   failOn: [leak, slo, degradation]
#   thresholds:
#     resources: ["cpu<80%", "rss<512MiB"]

# captures:
#   sample: 1s
#   snapshots: 5          # in all; 0: none. Each one pauses the service
#   maxPause: 10s         # a capture whose estimated pause is longer is refused
#   probes: true          # false: do not watch requests and queries inside the service

# The PostgreSQL of the service; the password comes from PGPASSWORD.
# database: postgres://watch@127.0.0.1/orders

# The service's own metrics, read into the run.
# scrape: http://127.0.0.1:3000/metrics

# Live figures of the run, for Prometheus.
# metrics: { port: 9464 }

# Told of a confirmed suspect, a failed gate, a lost service and the end: an address for a POST, or a command.
# notify: https://hooks.example.com/soak

# Lines of the report are links into this editor: vscode, cursor, zed, webstorm.
# editor: vscode

# out: profiles/night             # default: profiles/<run-id>
# reportDir: reports/night        # default: reports/<run-id>
`;
