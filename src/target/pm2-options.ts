/** What pm2 passes to a process that it started: its options are in the environment, in its cluster mode as one text. */
export function pm2Options(environment: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  return { ...Object.fromEntries(environment), ...optionsOfCluster(environment) };
}

function optionsOfCluster(environment: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(environment.get('pm2_env') ?? '{}');
  } catch {
    return {};
  }
}
