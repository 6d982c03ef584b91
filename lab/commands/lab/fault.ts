import { Args, Flags } from '@oclif/core';
import { CatalystCommand } from 'catalyst/cli/command/base-command.js';
import { duration } from 'catalyst/cli/command/flags.js';
import { faultKinds } from '../../src/requests/fault-kinds.js';
import { type FaultResult, faultText, labFault } from '../../src/requests/fault-request.js';

export default class LabFault extends CatalystCommand<FaultResult> {
  static override summary = 'break something in a running lab, or list what is broken';
  static override description = `Faults: ${faultKinds.map(({ kind }) => kind).join(', ')}.`;
  static override examples = [
    '<%= config.bin %> lab fault list',
    '<%= config.bin %> lab fault status --status 503 --server hetzner --count 3',
    '<%= config.bin %> lab fault stuck-action --target create_server --count 1',
    '<%= config.bin %> lab fault changed-page --target console.openova.io --for 1m',
    '<%= config.bin %> lab fault --clear all',
  ];
  static override args = {
    kind: Args.string({ description: 'the fault to start, or list: all there are; default: what is broken now' }),
  };
  static override flags = {
    server: Flags.string({ description: 'server, by its name in the request log; default: every server' }),
    method: Flags.string({ description: 'HTTP method' }),
    path: Flags.string({ description: 'path, with * for anything' }),
    target: Flags.string({ description: 'target of the fault: an action, a host, a zone, a probe; * for anything' }),
    status: Flags.integer({ description: 'status code of a status fault; default 503' }),
    body: Flags.string({ description: 'body of a status fault' }),
    ms: Flags.integer({ description: 'milliseconds of a delay; default 1000' }),
    count: Flags.integer({ min: 1, description: 'end the fault after this many uses' }),
    for: duration({ description: 'end the fault after this time' }),
    clear: Flags.string({ helpValue: 'ID|all', description: 'end this fault' }),
  };
  static override exitCodes = [3];

  async run(): Promise<FaultResult> {
    const { args, flags, context } = await this.open(LabFault);
    const { server, method, path, target, status, body, ms, count, clear } = flags;
    const request = { kind: args.kind, server, method, path, target, status, body, ms, count, clear, forMs: flags.for };
    const result = await labFault(context, flags.lab ?? 'default', request);
    if (result.kinds) context.output.page([{ facts: result.kinds.map(({ kind, what }) => [kind, what]) }]);
    else context.output.print(faultText(result));
    return result;
  }
}
