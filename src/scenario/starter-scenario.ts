import type { RouteCount } from '../model/run-event.ts';

const MOST_TASKS = 20;
const MOST_WEIGHT = 100;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];
const WITH_BODY = ['POST', 'PUT', 'PATCH'];

/**
 * A scenario to start from, with comments that say what each line is for. `baseUrl`: where the service answers. `routes`: what
 * it was asked for while somebody watched, most first; without any, two requests stand there as examples.
 */
export function starterScenario(baseUrl: string, routes: readonly RouteCount[] = []): string {
  const tasks = tasksOf(routes);
  const first = tasks[0]?.name ?? 'home';
  const cheap = tasks.find(({ name, method }) => method === 'GET' && !name.includes('{'));
  return `# A load for profiler soak --scenario FILE and profiler load FILE. All that can stand here: docs/scenarios.md
name: my-service
baseUrl: ${JSON.stringify(baseUrl)}        # --url overrides it

# Users that wait for each answer, then think. For a fixed rate whether or not answers keep up, what users feel
# when the service stalls: { model: open, rate: 100/s, duration: 1m }
load: { model: closed, users: 10, thinkTime: 100ms..500ms, duration: 1m }

# One cheap request at a fixed rate beside it: it shows the stalls that waiting users hide.
probe: { path: ${JSON.stringify(cheap?.path ?? '/')}, rate: 5/s }

# Once per virtual user, for example to log in; a captured value goes into later requests as {{token}}.
# setup:
#   - request: { name: login, method: POST, path: /login, json: { user: "user-{{user}}", password: secret } }
#     expect: { status: 200 }
#     capture: { token: "$.token" }

${tasks.length === 0 ? EXAMPLES : tasksText(tasks)}

# What must hold; profiler load and profiler soak end with exit code 1 where it does not.
thresholds:
  ${JSON.stringify(first)}: [ "p(95)<300ms", "errors<1%" ]
  "*": [ "errors<1%" ]
`;
}

const EXAMPLES = `# Chosen by weight. These are examples: put the requests of your service in their place.
tasks:
  - weight: 3
    request: { name: home, path: / }      # headers: { authorization: "Bearer {{token}}" }
    expect: { status: 200 }
  - weight: 1
    request: { name: item, path: "/items/{{random(1,100)}}" }`;

interface Task {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly weight: number;
}

/** What the service answered with an error each time is no request of its users. */
function tasksOf(routes: readonly RouteCount[]): Task[] {
  const served = routes
    .filter(({ route, begun, failed }) => begun > failed && METHODS.includes(route.split(' ')[0] ?? ''))
    .toSorted((a, b) => b.begun - a.begun)
    .slice(0, MOST_TASKS);
  const most = served[0]?.begun ?? 1;
  return served.map(({ route, begun }) => {
    const [method = 'GET', path = '/'] = route.split(' ');
    const weight = Math.max(1, Math.round((MOST_WEIGHT * begun) / most));
    return { name: route, method, path: path.replaceAll('{id}', '{{random(1,100)}}'), weight };
  });
}

function tasksText(tasks: readonly Task[]): string {
  const lines = tasks.map(({ name, method, path, weight }) => {
    const body = WITH_BODY.includes(method) ? ', json: {}' : '';
    const words = `name: ${JSON.stringify(name)}, method: ${method}, path: ${JSON.stringify(path)}${body}`;
    return `  - weight: ${weight}\n    request: { ${words} }`;
  });
  return `# The requests that the service got while it was watched, weighted by how often. Values in paths were not kept: put in those
# that it knows, bodies (json) and headers too. What changes data changes it here as well.
tasks:
${lines.join('\n')}`;
}
