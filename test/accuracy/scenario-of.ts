import type { AccuracyCase } from './accuracy-case.ts';
import { type Route, serviceNamed } from './services.ts';

/** The scenario file of a case: half of the requests go where the fault is, the other routes share the rest. */
export function scenarioOf(one: AccuracyCase): object {
  const service = serviceNamed(one.service);
  const others = Object.keys(service.routes).length - 1;
  return {
    name: one.service,
    baseUrl: 'http://127.0.0.1:3000',
    load: { model: 'open', rate: `${one.ratePerSecond}/s`, duration: '1m' },
    tasks: Object.keys(service.routes).map((name) => ({
      weight: name === one.focus ? Math.max(2, others) : 1,
      ...taskOf(name, { ...service.routes[name]!, ...(name === one.focus ? one.route : {}) }),
    })),
  };
}

function taskOf(name: string, { path, json, status = 200 }: Route): object {
  const body = json === undefined ? {} : { method: 'POST', json };
  return { request: { name, path, ...body }, expect: { status } };
}
