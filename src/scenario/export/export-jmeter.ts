import type { LoadProfile, Scenario, Stage, Step } from '../scenario.ts';
import { ENDLESS_MS, ENDLESS_NOTE, type ExportedLoad, leftOut, withHeaders } from './exported-load.ts';
import { type TemplatePart, templateParts } from './template-parts.ts';
import { type Element, element, prop, renderXml } from './xml-element.ts';

/**
 * A scenario as JMeter test plan, for JMeter 5.5 and later (Open Model Thread Group, JSON extractor, __jexl3), without
 * plug-ins. A plan is elements, each followed by a hashTree with what belongs to it.
 */
export function exportJmeter(whole: Scenario, baseUrl: string): ExportedLoad {
  const scenario = withHeaders(whole);
  const notes = leftOut(scenario);
  for (const { name, columns } of scenario.data) {
    const names = columns.length === 1 ? name : columns.map((column) => `${name}.${column}`).join(', ');
    notes.push(`left out: the rows of ${name}; a CSV Data Set Config must set the variables ${names}`);
  }
  if (scenario.load.stages.some(({ jump }) => jump)) notes.push('stages that jump are written as ramps');
  if (scenario.load.durationMs === null) notes.push(ENDLESS_NOTE);
  if (scenario.thresholds.length > 0) {
    notes.push(
      'JMeter has no limits on percentiles: profiler import results.jtl --slo FILE, then profiler check, holds the results against them',
    );
  }
  if (JSON.stringify([scenario.setup, scenario.tasks]).includes('{{number('))
    notes.push('numbers in JSON bodies are written without quotes, which the JMeter editor shows as they are');
  const isOpen = scenario.load.model === 'open' && scenario.setup.length === 0;
  const group = isOpen ? openGroup(scenario.load) : threadGroup(scenario.load, notes);
  const plan = testElement('TestPlan', 'TestPlanGui', scenario.name, [
    prop('boolProp', 'TestPlan.functional_mode', 'false'),
    element(
      'elementProp',
      {
        name: 'TestPlan.user_defined_variables',
        elementType: 'Arguments',
        guiclass: 'ArgumentsPanel',
        testclass: 'Arguments',
      },
      [element('collectionProp', { name: 'Arguments.arguments' }, [variable('run', call('__time(yyyyMMddHHmmss,)'))])],
    ),
  ]);
  const tree = [plan, hashTree([...defaults(baseUrl), group, hashTree(groupContent(scenario, isOpen, notes))])];
  const root = element('jmeterTestPlan', { version: '1.2', properties: '5.0', jmeter: '5.6.3' }, [hashTree(tree)]);
  return { text: renderXml(root), notes };
}

function groupContent({ load, setup, tasks }: Scenario, isOpen: boolean, notes: string[]): Element[] {
  const choice = [
    ...choose(tasks.map(({ weight }) => weight)),
    hashTree(tasks.flatMap((task) => sampler(task, notes))),
  ];
  if (isOpen) return choice;
  const timers = load.model === 'closed' ? thinkTimer(load.thinkTime) : rateTimer(load.stages, notes);
  const perUser = load.model === 'closed' ? load.requestsPerUser : null;
  const steps = setup.flatMap((step) => sampler(step, notes));
  // Think time is between tasks: not in front of the set-up.
  if (perUser === null)
    return [
      ...(steps.length > 0 ? [...onceOnly(), hashTree(steps)] : []),
      ...repeat(null),
      hashTree([...timers, ...choice]),
    ];
  return [...steps, ...repeat(perUser), hashTree([...timers, ...choice])];
}

/** Text as JMeter reads it: `${…}` is a function or a variable. */
function jmeterText(text: string): string {
  return templateParts(text).map(jmeterPart).join('');
}

function jmeterPart(part: TemplatePart): string {
  switch (part.kind) {
    case 'text':
      // JMeter takes a backslash away before these, and leaves it before anything else.
      return part.text.replace(/\\(?=[\\$,]|$)/g, '\\\\').replaceAll('${', '\\${');
    case 'random':
      return call(`__Random(${part.low},${part.high},)`);
    case 'sequence':
      return call('__counter(FALSE,)');
    case 'uuid':
      return call('__UUID');
    case 'now':
      return call('__time(,)');
    case 'user':
      return call('__threadNum');
    case 'run':
      return call('run');
    case 'variable':
      return call(part.name);
  }
}

/** A function or a variable, as JMeter finds them in a text. */
function call(expression: string): string {
  return `\${${expression}}`;
}

/** Elements of a plan: what they are and which part of the editor shows them. */
function testElement(
  testclass: string,
  guiclass: string,
  testname: string,
  properties: readonly Element[],
  tag: string = testclass,
): Element {
  return element(tag, { guiclass, testclass, testname, enabled: 'true' }, properties);
}

function hashTree(children: readonly Element[]): Element {
  return element('hashTree', {}, children);
}

function variable(name: string, value: string): Element {
  return element('elementProp', { name, elementType: 'Argument' }, [
    prop('stringProp', 'Argument.name', name),
    prop('stringProp', 'Argument.value', value),
    prop('stringProp', 'Argument.metadata', '='),
  ]);
}

const NO_ARGUMENTS = element('elementProp', { name: 'HTTPsampler.Arguments', elementType: 'Arguments' }, [
  element('collectionProp', { name: 'Arguments.arguments' }, []),
]);

function defaults(baseUrl: string): Element[] {
  const { protocol, hostname, port } = new URL(baseUrl);
  return [
    testElement('ConfigTestElement', 'HttpDefaultsGui', 'Where the service is', [
      NO_ARGUMENTS,
      prop('stringProp', 'HTTPSampler.protocol', protocol.replace(':', '')),
      prop('stringProp', 'HTTPSampler.domain', hostname),
      prop('stringProp', 'HTTPSampler.port', port),
      prop('stringProp', 'HTTPSampler.response_timeout', '30000'),
    ]),
    hashTree([]),
  ];
}

function threadGroup(load: LoadProfile, notes: string[]): Element {
  const levels = load.stages.map(({ level }) => level);
  const users = load.model === 'closed' ? Math.max(1, ...levels) : load.users;
  if (load.model === 'closed' && load.stages.length > 1)
    notes.push(`JMeter without plug-ins has no stages: ${users} users from start to end were written`);
  if (load.model === 'open')
    notes.push(
      'each arrival of an open thread group would make the set-up again, so the rate is kept by a pool of threads: it falls when the service stalls',
    );
  return testElement('ThreadGroup', 'ThreadGroupGui', 'Users', [
    prop('stringProp', 'ThreadGroup.on_sample_error', 'continue'),
    element(
      'elementProp',
      {
        name: 'ThreadGroup.main_controller',
        elementType: 'LoopController',
        guiclass: 'LoopControlPanel',
        testclass: 'LoopController',
      },
      [prop('boolProp', 'LoopController.continue_forever', 'false'), prop('stringProp', 'LoopController.loops', '-1')],
    ),
    prop('stringProp', 'ThreadGroup.num_threads', String(users)),
    prop('stringProp', 'ThreadGroup.ramp_time', '1'),
    prop('boolProp', 'ThreadGroup.scheduler', 'true'),
    prop('stringProp', 'ThreadGroup.duration', String(Math.ceil((load.durationMs ?? ENDLESS_MS) / 1000))),
    // A user that begins again is a fresh one: no cookies, no connections of the one before.
    prop(
      'boolProp',
      'ThreadGroup.same_user_on_next_iteration',
      String(load.model === 'open' || load.requestsPerUser === null),
    ),
  ]);
}

/** Stages in the words of JMeter: `rate(50/sec) even_arrivals(120 sec) rate(400/sec)` moves from one rate to the other. */
function openGroup(load: LoadProfile): Element {
  const arrivals = load.model === 'open' && load.arrivals === 'poisson' ? 'random_arrivals' : 'even_arrivals';
  const words: string[] = [];
  let level = load.stages[0]?.level ?? 0;
  let lastedMs = 0;
  for (const stage of load.stages) {
    if (stage.durationMs === null) continue;
    words.push(`rate(${level}/sec) ${arrivals}(${stage.durationMs / 1000} sec)`);
    level = stage.level;
    lastedMs += stage.durationMs;
  }
  const restMs = (load.durationMs ?? ENDLESS_MS) - lastedMs;
  words.push(
    restMs > 0 ? `rate(${level}/sec) ${arrivals}(${restMs / 1000} sec) rate(${level}/sec)` : `rate(${level}/sec)`,
  );
  return testElement('OpenModelThreadGroup', 'OpenModelThreadGroupGui', 'Arrivals', [
    prop('stringProp', 'ThreadGroup.on_sample_error', 'continue'),
    element('elementProp', { name: 'ThreadGroup.main_controller', elementType: 'OpenModelThreadGroupController' }, []),
    prop('stringProp', 'OpenModelThreadGroup.schedule', words.join(' ')),
    prop('stringProp', 'OpenModelThreadGroup.random_seed', '1'),
  ]);
}

function thinkTimer({ minMs, maxMs }: { readonly minMs: number; readonly maxMs: number }): Element[] {
  if (maxMs === 0) return [];
  return [
    testElement('UniformRandomTimer', 'UniformRandomTimerGui', 'Think time', [
      prop('stringProp', 'ConstantTimer.delay', String(minMs)),
      prop('stringProp', 'RandomTimer.range', String(maxMs - minMs)),
    ]),
    hashTree([]),
  ];
}

function rateTimer(stages: readonly Stage[], notes: string[]): Element[] {
  const peak = Math.max(...stages.map(({ level }) => level));
  if (stages.length > 1) notes.push(`one rate for the whole test was written: the highest, ${peak}/s`);
  return [
    testElement('ConstantThroughputTimer', 'TestBeanGUI', 'Rate', [
      // All threads of the group together, shared.
      prop('intProp', 'calcMode', '4'),
      element('doubleProp', {}, [
        element('name', {}, [], 'throughput'),
        element('value', {}, [], String(60 * peak)),
        element('savedValue', {}, [], '0.0'),
      ]),
    ]),
    hashTree([]),
  ];
}

function onceOnly(): Element[] {
  return [testElement('OnceOnlyController', 'OnceOnlyControllerGui', 'Set-up', [])];
}

function repeat(times: number | null): Element[] {
  return [
    testElement('LoopController', 'LoopControlPanel', 'Requests of a user', [
      prop('boolProp', 'LoopController.continue_forever', 'true'),
      prop('stringProp', 'LoopController.loops', String(times ?? 1)),
    ]),
  ];
}

/** A switch by a number that is drawn each time: weights are exact, which throughput controllers are not. */
function choose(weights: readonly number[]): Element[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  // The first case draws the number and keeps it as `pick`.
  const cases = weights.slice(0, -1).map((weight, i) => {
    reached += weight;
    return `${call(i === 0 ? '__Random(1,1000000,pick)' : 'pick')} <= ${Math.round((1e6 * reached) / total)} ? ${i} : `;
  });
  const value = weights.length === 1 ? '0' : call(`__jexl3(${cases.join('')}${weights.length - 1},)`);
  return [
    testElement('SwitchController', 'SwitchControllerGui', 'One task, by weight', [
      prop('stringProp', 'SwitchController.value', value),
    ]),
  ];
}

function sampler({ request, expect, capture }: Step, notes: string[]): Element[] {
  const isJson = request.body !== null && 'json' in request.body;
  const headers = isJson ? { 'content-type': 'application/json', ...request.headers } : request.headers;
  const body = request.body === null ? null : 'json' in request.body ? jsonText(request.body.json) : request.body.text;
  const parameters =
    body === null
      ? [NO_ARGUMENTS]
      : [
          prop('boolProp', 'HTTPSampler.postBodyRaw', 'true'),
          element('elementProp', { name: 'HTTPsampler.Arguments', elementType: 'Arguments' }, [
            element('collectionProp', { name: 'Arguments.arguments' }, [
              element('elementProp', { name: '', elementType: 'HTTPArgument' }, [
                prop('boolProp', 'HTTPArgument.always_encode', 'false'),
                prop('stringProp', 'Argument.value', jmeterText(body)),
                prop('stringProp', 'Argument.metadata', '='),
              ]),
            ]),
          ]),
        ];
  if (Object.keys(expect.headers).length > 0)
    notes.push(
      `of the headers that ${request.name} expects, JMeter is told the texts only, not in which header they stand`,
    );
  return [
    testElement('HTTPSamplerProxy', 'HttpTestSampleGui', request.name, [
      ...parameters,
      prop('stringProp', 'HTTPSampler.path', jmeterText(request.path)),
      prop('stringProp', 'HTTPSampler.method', request.method),
      prop('boolProp', 'HTTPSampler.follow_redirects', 'false'),
      prop('boolProp', 'HTTPSampler.auto_redirects', 'false'),
      prop('boolProp', 'HTTPSampler.use_keepalive', 'true'),
    ]),
    hashTree([
      ...headerManager(headers),
      ...Object.entries(capture).flatMap(([name, place]) => extractor(name, place)),
      ...(expect.status === null
        ? []
        : assertion('Assertion.response_code', expect.status.map(String), EQUALS | OR, true)),
      ...assertion('Assertion.response_headers', Object.values(expect.headers), SUBSTRING),
      ...assertion('Assertion.response_data', expect.bodyContains, SUBSTRING),
    ]),
  ];
}

/** Numbers lose the quotes of their template, as they do when the scenario is driven. */
function jsonText(json: unknown): string {
  return JSON.stringify(json).replace(/"(\{\{\s*number\([^"}]*\)\s*\}\})"/g, '$1');
}

function headerManager(headers: Readonly<Record<string, string>>): Element[] {
  const entries = Object.entries(headers).map(([name, value]) =>
    element('elementProp', { name: '', elementType: 'Header' }, [
      prop('stringProp', 'Header.name', name),
      prop('stringProp', 'Header.value', jmeterText(value)),
    ]),
  );
  if (entries.length === 0) return [];
  return [
    testElement('HeaderManager', 'HeaderPanel', 'Headers', [
      element('collectionProp', { name: 'HeaderManager.headers' }, entries),
    ]),
    hashTree([]),
  ];
}

function extractor(name: string, place: string): Element[] {
  return [
    testElement('JSONPostProcessor', 'JSONPostProcessorGui', `capture ${name}`, [
      prop('stringProp', 'JSONPostProcessor.referenceNames', name),
      prop('stringProp', 'JSONPostProcessor.jsonPathExprs', place),
      prop('stringProp', 'JSONPostProcessor.match_numbers', '1'),
    ]),
    hashTree([]),
  ];
}

/** Kinds of comparison of a ResponseAssertion, as bits. */
const EQUALS = 8;
const SUBSTRING = 16;
const OR = 32;

function assertion(field: string, texts: readonly string[], kind: number, decides: boolean = false): Element[] {
  if (texts.length === 0) return [];
  return [
    testElement('ResponseAssertion', 'AssertionGui', 'expect', [
      // The name is misspelt in JMeter itself.
      element(
        'collectionProp',
        { name: 'Asserion.test_strings' },
        texts.map((text, i) => prop('stringProp', String(i), text)),
      ),
      prop('stringProp', 'Assertion.test_field', field),
      prop('boolProp', 'Assertion.assume_success', String(decides)),
      prop('intProp', 'Assertion.test_type', String(kind)),
    ]),
    hashTree([]),
  ];
}
