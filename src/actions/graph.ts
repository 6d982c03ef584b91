/** The DAG of steps as text, Mermaid, DOT or JSON, colored by status. */
import { phases, tickets, unticketed } from '../walk/wbs.js';
import { listTickets, listUnticketed, type TicketRow } from './ticket/list.js';

export interface GraphNode {
  id: string;
  title: string;
  phase: number;
  status: string;
}
export interface GraphResult {
  nodes: GraphNode[];
  edges: { from: string; to: string }[];
  text: string;
}
export const graphFormats = ['text', 'mermaid', 'dot', 'json'] as const;
export type GraphFormat = (typeof graphFormats)[number];

const colors: Record<string, string> = {
  done: '#2e7d32',
  failed: '#c62828',
  'in flight': '#1565c0',
  parked: '#9e9e9e',
  pending: '#616161',
};

/** Nodes are the 22 tickets and the steps without one; edges are their dependencies. */
export function drawGraph(stateDir: string | undefined, format: GraphFormat): GraphResult {
  const rows = [...listTickets(stateDir), ...listUnticketed(stateDir)];
  const nodes = rows.map(({ id, title, phase, status }) => ({ id, title, phase, status }));
  const edges = [
    ...tickets.flatMap((ticket) => ticket.dependsOn.map((from) => ({ from, to: ticket.id }))),
    ...unticketed.flatMap((step) => step.needs.map((from) => ({ from, to: step.id }))),
  ];
  const draw = { text: asText, mermaid: asMermaid, dot: asDot, json: () => '' }[format];
  return { nodes, edges, text: draw(rows, edges) };
}

type Edges = GraphResult['edges'];
const marks: Record<string, string> = { done: '✔', failed: '✖', 'in flight': '❯', parked: '·', pending: '◌' };

function asText(rows: readonly TicketRow[]): string {
  return phases
    .map((phase) => {
      const needs = phase.needs.length > 0 ? `  after ${phase.needs.join(', ')}` : '';
      const lines = rows
        .filter((row) => row.phase === phase.id)
        .map((row) => {
          const after = row.dependsOn.length > 0 ? `  ← ${row.dependsOn.join(', ')}` : '';
          return `   ${marks[row.status]} ${row.id.padEnd(18)} ${row.title}${after}`;
        });
      return [`${phase.id}  ${phase.title}${needs}`, ...lines].join('\n');
    })
    .join('\n');
}

const nodeName = (id: string) => id.replace('#', 't').replaceAll('-', '_');

function asMermaid(rows: readonly TicketRow[], edges: Edges): string {
  const groups = phases.map((phase) =>
    [
      `  subgraph P${phase.id}["${phase.id} · ${phase.title}"]`,
      ...rows
        .filter((row) => row.phase === phase.id)
        .map((row) => `    ${nodeName(row.id)}["${row.id}<br/>${row.title}"]:::${row.status.replace(' ', '')}`),
      '  end',
    ].join('\n'),
  );
  const gates = phases.flatMap((phase) => phase.needs.map((need) => `  P${need} ==> P${phase.id}`));
  const classes = Object.entries(colors).map(
    ([status, color]) => `  classDef ${status.replace(' ', '')} stroke:${color},stroke-width:2px`,
  );
  const arrows = edges.map((edge) => `  ${nodeName(edge.from)} --> ${nodeName(edge.to)}`);
  return ['flowchart TB', ...groups, ...gates, ...arrows, ...classes].join('\n');
}

function asDot(rows: readonly TicketRow[], edges: Edges): string {
  const groups = phases.map((phase) =>
    [
      `  subgraph cluster_${phase.id} {`,
      `    label="${phase.id} · ${phase.title}";`,
      ...rows
        .filter((row) => row.phase === phase.id)
        .map((row) => `    "${row.id}" [label="${row.id}\\n${row.title}", color="${colors[row.status]}"];`),
      '  }',
    ].join('\n'),
  );
  const arrows = edges.map((edge) => `  "${edge.from}" -> "${edge.to}";`);
  return ['digraph wbs {', '  rankdir=TB; node [shape=box];', ...groups, ...arrows, '}'].join('\n');
}
