import { Flags } from '@oclif/core';
import { drawGraph, type GraphResult, graphFormats } from '../src/actions/graph.js';
import { stateDirIfAny } from '../src/actions/session/state-if-any.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { wbsAlone } from '../src/cli/text/ticket-table.js';

export default class Graph extends CatalystCommand<GraphResult> {
  static override summary = 'the DAG of phases, tickets and Blueprints, marked by status';
  static override examples = ['<%= config.bin %> graph', '<%= config.bin %> graph --format mermaid'];
  static override exitCodes = [5, 7];
  static override flags = {
    format: Flags.option({ options: graphFormats, default: 'text' as const, description: 'output format' })(),
  };

  async run(): Promise<GraphResult> {
    const { flags, context } = await this.open(Graph);
    const stateDir = await stateDirIfAny(context);
    const graph = drawGraph(stateDir, flags.format);
    if (stateDir === undefined) context.output.note(wbsAlone);
    const json = () => JSON.stringify({ nodes: graph.nodes, edges: graph.edges }, null, 2);
    context.output.print(flags.format === 'json' ? json() : graph.text);
    return graph;
  }
}
