import { ink, plot } from './plot.js';

export interface GraphStep {
  id: string;
  title: string;
  phase: number;
  needs: readonly string[];
  done: boolean;
}

const box = { width: 96, height: 22, gapX: 24, gapY: 8 };

/** Steps in columns by phase, with a line to each step that they need; what is not done is dashed. */
export async function graphPlot(steps: readonly GraphStep[]): Promise<string> {
  const phases = [...new Set(steps.map((step) => step.phase))].sort((a, b) => a - b);
  const nodes = phases.flatMap((phase, column) =>
    steps
      .filter((step) => step.phase === phase)
      .map((step, row) => {
        const x = column * (box.width + box.gapX);
        const y = row * (box.height + box.gapY);
        const label = step.id.length > 15 ? `${step.id.slice(0, 14)}…` : step.id;
        return { id: step.id, title: step.title, done: step.done, label, x, y, x2: x + box.width, y2: y + box.height };
      }),
  );
  const place = new Map(nodes.map((node) => [node.id, node]));
  const lines = steps.flatMap((step) =>
    step.needs.flatMap((need) => {
      const [from, to] = [place.get(need), place.get(step.id)];
      if (!from || !to) return [];
      return [{ x: from.x2, y: from.y + box.height / 2, x2: to.x, y2: to.y + box.height / 2 }];
    }),
  );
  const width = Math.max(1, phases.length * (box.width + box.gapX) - box.gapX);
  const height = Math.max(box.height, ...nodes.map(({ y2 }) => y2));
  const scaleOf = (size: number, reverse: boolean) => ({ domain: [0, size], nice: false, zero: false, reverse });
  const x = { field: 'x', type: 'quantitative', scale: scaleOf(width, false), axis: null };
  const y = { field: 'y', type: 'quantitative', scale: scaleOf(height, true), axis: null };
  const heads = phases.map((phase, column) => ({ x: column * (box.width + box.gapX), y: 0, label: `phase ${phase}` }));
  return plot('Steps and what they need', {
    width,
    height,
    encoding: { x, y },
    layer: [
      {
        data: { values: heads },
        mark: { type: 'text', align: 'left', dy: -14, color: ink.soft },
        encoding: { text: { field: 'label' } },
      },
      {
        data: { values: lines },
        mark: { type: 'rule', color: ink.line },
        encoding: { x2: { field: 'x2' }, y2: { field: 'y2' } },
      },
      ...[true, false].map((done) => ({
        data: { values: nodes.filter((node) => node.done === done) },
        mark: {
          type: 'rect',
          fill: '#ffffff',
          cornerRadius: 3,
          stroke: done ? ink.good : ink.open,
          strokeWidth: 1,
          ...(done ? {} : { strokeDash: [4, 3] }),
        },
        encoding: { x2: { field: 'x2' }, y2: { field: 'y2' }, description: { field: 'title' } },
      })),
      {
        data: { values: nodes },
        mark: { type: 'text', color: ink.dark, dx: box.width / 2, dy: box.height / 2, fontSize: 11 },
        encoding: { text: { field: 'label' } },
      },
    ],
  } as never);
}
