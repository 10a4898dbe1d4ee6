import { readFileSync } from 'node:fs';

interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

/** The panels of deploy/grafana/dashboards/profiler.json. */
export function dashboardPanels(): readonly DashboardPanel[] {
  const dashboard: { readonly panels: readonly DashboardPanel[] } = JSON.parse(
    readFileSync('deploy/grafana/dashboards/profiler.json', 'utf8'),
  );
  return dashboard.panels;
}
