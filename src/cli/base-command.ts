/**
 * How to write a command (commands/explain.ts is the model):
 *   export default class Explain extends CatalystCommand<ExplainResult> {
 *     static override summary = '…';                    // a fragment
 *     static override examples = ['<%= config.bin %> explain spec.fqdn'];
 *     static override args = { … }; static override flags = { … };   // its own only; shared ones are in baseFlags
 *     static exitCodes = [3, 5];                        // beside 0, 1, 2 and 130; shown by --help, checked by a test
 *     async run(): Promise<ExplainResult> {
 *       const { args, flags, context } = await this.open(Explain);
 *       const result = await explain(context, { … });   // src/actions/explain.ts; throws fail('Exxxx', …)
 *       context.output.print(explainText(result));      // text for a person; dropped under --json
 *       return result;                                  // becomes `result` of the JSON document; never undefined
 *     }
 *   }
 * No try, no console, no process.exit. A check that failed throws fail('E3…', …, {data: {result}}) after printing.
 */
import { Command, type Interfaces } from '@oclif/core';
import type { Context } from '../actions/context.js';
import { CatalystError } from '../support/errors.js';
import { createRedactor } from '../support/redact.js';
import { takingNothingFromStdin } from './argv.js';
import { type OpenContext, openContext } from './context.js';
import { successEnvelope, toJson, wantsJson } from './envelope.js';
import { type SharedFlags, sharedFlags } from './flags.js';
import { type Interrupts, listenForInterrupts } from './interrupts.js';
import { translateError } from './translate-error.js';

type Values = Record<string, unknown>;

export abstract class CatalystCommand<T> extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = sharedFlags;
  /** Exit statuses beside 0, 1, 2 and 130 that the command can end with. */
  static exitCodes: readonly number[] = [];
  /** True for the few commands whose result is meant to hold a secret (a kubeconfig). */
  static revealsSecrets = false;

  private readonly redactor = createRedactor();
  private interrupts: Interrupts | undefined;
  private context: OpenContext | undefined;

  abstract override run(): Promise<T>;

  /** Parses the arguments of `command` and opens the context of this invocation. */
  protected async open<F extends Values, B extends Values, A extends Values>(
    command: Interfaces.Input<F, B, A>,
  ): Promise<{ args: A; flags: F & SharedFlags; context: Context }> {
    const { args, flags } = await this.parse<F, B, A>(takingNothingFromStdin(command));
    const shared = flags as unknown as F & SharedFlags;
    this.interrupts = listenForInterrupts((line) =>
      this.context ? this.context.say(line) : process.stderr.write(`\n${line}\n`),
    );
    if (shared.timeout !== undefined) this.interrupts.limit(shared.timeout);
    this.context = openContext(shared, {
      json: this.jsonEnabled(),
      root: this.config.root,
      command: `catalyst ${this.id?.replaceAll(':', ' ') ?? ''}`,
      env: process.env,
      redactor: this.redactor,
      signal: this.interrupts.signal,
      undoSignal: this.interrupts.undoSignal,
    });
    return { args, flags: shared, context: this.context };
  }

  override jsonEnabled(): boolean {
    return wantsJson(this.argv);
  }

  /** One error, translated and redacted, for main.ts to show: text and JSON then agree on the exit status. */
  protected override async catch(thrown: Error): Promise<never> {
    const signal = this.interrupts?.signal;
    const cut = signal?.aborted && !(thrown instanceof CatalystError);
    const error = translateError(cut ? signal.reason : thrown, this.config, [
      ...(this.id?.split(':') ?? []),
      ...this.argv,
    ]);
    const redact = (text: string) => this.redactor.redact(text);
    throw new CatalystError(error.code, redact(error.message), {
      actions: error.actions.map(redact),
      cause: error.cause ?? error,
      data: JSON.parse(toJson(error.data, this.redactor)),
    });
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    await this.context?.close();
    this.interrupts?.close();
    await super.finally(error);
  }

  protected override toSuccessJson(result: unknown): unknown {
    return successEnvelope(result, this.context?.output.warnings ?? []);
  }

  protected override logJson(json: unknown): void {
    const reveals = (this.constructor as typeof CatalystCommand).revealsSecrets;
    process.stdout.write(`${toJson(json, reveals ? undefined : this.redactor)}\n`);
  }
}
