import type { Schema } from '@cfworker/json-schema';

/** Each is an object in one process: more of them need its memory before the first request is sent. */
export const MOST_USERS = 100_000;
const LARGEST_WEIGHT = 1_000_000;

/**
 * The shape of a scenario file; `schemas/scenario.schema.json` is this value, for editors. What a schema cannot say
 * (durations, templates, thresholds) `parseScenario` checks. Every `description` is also the advice in an error.
 */
const text = (description: string): Schema => ({ type: 'string', minLength: 1, description });
const duration = (description: string): Schema => text(`${description}, for example 500ms, 90s, 5m, 8h`);
const rate: Schema = {
  type: ['string', 'number'],
  description: 'arrivals in a unit of time, for example 100/s or 30/m; a bare number is per second',
};
const users: Schema = {
  type: 'integer',
  minimum: 1,
  maximum: MOST_USERS,
  description: `number of virtual users, at most ${MOST_USERS}`,
};
const object = (properties: Record<string, Schema>, required: string[], description: string): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
  description,
});
const stages = (level: Record<string, Schema>): Schema => ({
  type: 'array',
  minItems: 1,
  items: object(
    {
      ...level,
      duration: duration('length of the stage'),
      jump: { type: 'boolean', description: 'true: begin at its own level, without a ramp' },
      tasks: {
        type: ['array', 'object'],
        items: { type: 'string', description: 'the name of a task' },
        additionalProperties: {
          type: 'number',
          exclusiveMinimum: 0,
          maximum: LARGEST_WEIGHT,
          description: 'a weight above 0',
        },
        description: 'names of tasks, or weights by name, that this stage is made of; all tasks without it',
      },
    },
    [...Object.keys(level), 'duration'],
    'a stage',
  ),
  description: 'list of stages; each one moves linearly from the level of the stage before to its own',
});

const request: Schema = object(
  {
    name: text('name under which the request is reported; method and path without it'),
    method: {
      enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
      description: 'HTTP method in capitals; GET without it',
    },
    path: {
      type: 'string',
      pattern: '^(/|\\{\\{)',
      description: 'path below the base URL, beginning with a slash; may hold a query',
    },
    headers: {
      type: 'object',
      additionalProperties: { type: ['string', 'number'] },
      description: 'header names and values',
    },
    json: { description: 'body sent as JSON; strings in it may hold {{…}}' },
    body: text('body sent as it stands (json or body, not both)'),
  },
  ['path'],
  'the request to send',
);

const expectation: Schema = object(
  {
    status: {
      type: ['integer', 'array'],
      minimum: 100,
      maximum: 599,
      minItems: 1,
      items: { type: 'integer', minimum: 100, maximum: 599, description: 'a status from 100 to 599' },
      description: 'status, or list of statuses, that count as success; without it any below 400',
    },
    headers: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'headers of the answer and a text that each must contain',
    },
    body: {
      type: ['string', 'array'],
      items: { type: 'string', description: 'a text' },
      description: 'text, or list of texts, that the body must contain',
    },
  },
  [],
  'what the answer must be like',
);

const capture: Schema = {
  type: 'object',
  additionalProperties: { type: 'string', description: 'a path into the JSON answer, for example $.data[0].id' },
  description: 'variables and where their values stand in the JSON answer',
};

const loadModel = (model: string, properties: Record<string, Schema>): Schema => ({
  if: { properties: { model: { const: model } }, required: ['model'] },
  // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema.
  then: { additionalProperties: false, properties: { model: { const: model }, ...properties } },
});

const thresholdList: Schema = {
  type: 'array',
  items: {
    type: ['string', 'object'],
    properties: {
      limit: text('a threshold, for example errors<5%'),
      abortOnFail: { type: 'boolean', description: 'true: end the load when the threshold fails' },
      after: duration('how long the load runs before the threshold may end it'),
    },
    required: ['limit'],
    additionalProperties: false,
    description:
      'a threshold, for example p(95)<300ms, errors<1% or rss<512MiB, or { limit: errors<5%, abortOnFail: true }',
  },
  description: 'list of thresholds, for example [ "p(95)<300ms", "errors<1%" ]',
};

const http: Schema = object(
  {
    timeout: duration('longest time for one request, connecting included (30s without it)'),
    maxConnections: { type: 'integer', minimum: 1, description: 'most connections at once; requests wait beyond it' },
    headers: {
      type: 'object',
      additionalProperties: { type: ['string', 'number'] },
      description: 'headers that every request carries',
    },
    cookies: { type: 'boolean', description: 'true: each virtual user sends back the cookies that it was given' },
    gzip: { type: 'boolean', description: 'true: ask for compressed answers' },
    insecureTls: { type: 'boolean', description: 'true: accept a certificate that nobody vouches for' },
  },
  [],
  'how requests travel',
);

const dataSet: Schema = object(
  {
    file: text('CSV file with a header line, beside the scenario'),
    values: {
      type: 'array',
      minItems: 1,
      items: { type: ['string', 'number'] },
      description: 'list of values, for example [eu, us]',
    },
    order: { enum: ['sequence', 'random'], description: 'sequence (the default) or random' },
    per: {
      enum: ['request', 'user'],
      description: 'request (the default): a new row each time; user: one for its life',
    },
  },
  [],
  'rows to draw from: { file: devices.csv } or { values: [eu, us] }',
);

const level: Schema = {
  type: ['string', 'number'],
  description: 'users, or a rate such as 100/s, as the load has it',
};

const stress: Schema = object(
  {
    from: level,
    to: level,
    step: level,
    hold: duration('how long each level is measured'),
    atLeast: level,
  },
  ['from', 'to'],
  'levels to try until the service breaks: { from: 100, to: 2000, step: 100, hold: 20s }',
);

export const SCENARIO_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Scenario of profiler',
  ...object(
    {
      name: text('name of the scenario'),
      baseUrl: text('where the service is, for example http://127.0.0.1:3000; --url overrides it'),
      load: {
        type: 'object',
        required: ['model'],
        properties: {
          model: {
            enum: ['closed', 'open'],
            description: 'closed (users that wait for answers) or open (arrivals at a rate)',
          },
        },
        allOf: [
          loadModel('closed', {
            users,
            stages: stages({ users: { ...users, minimum: 0 } }),
            requestsPerUser: {
              type: 'integer',
              minimum: 1,
              description: 'requests after which a fresh user takes the place',
            },
            thinkTime: text('pause of a user between two requests, for example 2s or 1s..3s; none without it'),
            duration: duration('length of the load'),
          }),
          loadModel('open', {
            rate,
            stages: stages({ rate }),
            arrivals: { enum: ['constant', 'poisson'], description: 'constant (the default) or poisson' },
            users: { ...users, description: 'number of prepared users that the requests are sent for' },
            duration: duration('length of the load'),
          }),
        ],
        description: 'how much load: { model: closed, users: 10, thinkTime: 1s..3s } or { model: open, rate: 100/s }',
      },
      http,
      data: {
        type: 'object',
        additionalProperties: dataSet,
        description: 'named rows that templates draw from as {{name.column}}',
      },
      probe: object(
        { path: text('path of one cheap request'), rate },
        ['path'],
        'one cheap request at a fixed rate beside the load: { path: /health, rate: 10/s }',
      ),
      stress,
      setup: {
        type: 'array',
        items: object({ request, expect: expectation, capture }, ['request'], 'one request of the set-up'),
        description: 'requests that each virtual user makes once, in order',
      },
      tasks: {
        type: 'array',
        minItems: 1,
        items: object(
          {
            weight: {
              type: 'number',
              exclusiveMinimum: 0,
              maximum: LARGEST_WEIGHT,
              description: 'share of the requests; 1 without it',
            },
            request,
            expect: expectation,
            capture,
          },
          ['request'],
          'one kind of request',
        ),
        description: 'list of weighted requests to choose from',
      },
      thresholds: {
        type: 'object',
        additionalProperties: thresholdList,
        description: 'thresholds by the name of a request, "*" for all, or resources',
      },
    },
    ['name', 'load', 'tasks'],
    'a scenario: name, load, tasks',
  ),
};
