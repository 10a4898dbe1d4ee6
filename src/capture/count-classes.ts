import type { ClassCount } from '../model/run-event.ts';
import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import { countByClass } from './in-target/count-by-class.ts';
import type { MeasureCost, Measured } from './measure-cost.ts';

const DEADLINE_MS = 300_000;
const OBJECT_GROUP = 'soak-profiler-classes';
const MOST_CLASSES = 200;

/**
 * How many objects of each class live, by the name of their constructor: all that has `Object.prototype` among its
 * prototypes. It says neither who holds them nor how large they are, and costs a fraction of a snapshot: a collection, a
 * walk over the heap, and one reference an object, released again at once.
 */
export async function countClasses(session: InspectorSession, measure: MeasureCost): Promise<Measured<ClassCount[]>> {
  const call = <Result>(method: string, params: object): Promise<Result> =>
    session.call<Result>(method, params, { deadlineMs: DEADLINE_MS });
  return await measure(async () => {
    try {
      const { result: prototype } = await call<{ readonly result: { readonly objectId: string } }>('Runtime.evaluate', {
        expression: 'Object.prototype',
        objectGroup: OBJECT_GROUP,
      });
      const { objects } = await call<{ readonly objects: { readonly objectId: string } }>('Runtime.queryObjects', {
        prototypeObjectId: takeIn('Runtime.evaluate', () => prototype.objectId),
        objectGroup: OBJECT_GROUP,
      });
      const { result } = await call<{ readonly result: { readonly value: ClassCount[] } }>('Runtime.callFunctionOn', {
        objectId: takeIn('Runtime.queryObjects', () => objects.objectId),
        functionDeclaration: countByClass.toString(),
        arguments: [{ value: MOST_CLASSES }],
        returnByValue: true,
        objectGroup: OBJECT_GROUP,
      });
      return takeIn('Runtime.callFunctionOn', () =>
        result.value.map(({ class: name, count }) => ({ class: String(name), count: Number(count) })),
      );
    } finally {
      await call('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP }).catch(() => {});
    }
  });
}
