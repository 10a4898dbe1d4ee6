/** A scenario to start from, with comments that say what each line is for. `baseUrl`: where the service answers. */
export function starterScenario(baseUrl: string): string {
  return `# A load for profiler soak --scenario FILE and profiler load FILE. All that can stand here: docs/scenarios.md
name: my-service
baseUrl: ${JSON.stringify(baseUrl)}        # --url overrides it

# Users that wait for each answer, then think. For a fixed rate whether or not answers keep up, what users feel
# when the service stalls: { model: open, rate: 100/s, duration: 1m }
load: { model: closed, users: 10, thinkTime: 100ms..500ms, duration: 1m }

# One cheap request at a fixed rate beside it: it shows the stalls that waiting users hide.
probe: { path: /, rate: 5/s }

# Once per virtual user, for example to log in; a captured value goes into later requests as {{token}}.
# setup:
#   - request: { name: login, method: POST, path: /login, json: { user: "user-{{user}}", password: secret } }
#     expect: { status: 200 }
#     capture: { token: "$.token" }

# Chosen by weight.
tasks:
  - weight: 3
    request: { name: home, path: / }      # headers: { authorization: "Bearer {{token}}" }
    expect: { status: 200 }
  - weight: 1
    request: { name: item, path: "/items/{{random(1,100)}}" }

# What must hold; profiler load and profiler soak end with exit code 1 where it does not.
thresholds:
  home: [ "p(95)<300ms", "errors<1%" ]
  "*": [ "errors<1%" ]
`;
}
