/**
 * How to write a command (commands/explain.ts is the model):
 *   export default class Explain extends CatalystCommand<ExplainResult> {
 *     static override summary = '…';                    // a fragment
 *     static override examples = ['<%= config.bin %> explain spec.fqdn'];
 *     static override args = { … }; static override flags = { … };   // its own only; shared ones are in baseFlags
 *     static exitCodes = [3, 5];                        // beside 0, 1, 2, 8 (--timeout) and 130; shown by --help, checked by a test
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
import type { Context } from '../../actions/session/context.js';
import { DryRunStop } from '../../engine/dry-run.js';
import { secretVariables } from '../../sovereign/credentials/credential-input.js';
import { CatalystError } from '../../support/errors/errors.js';
import { createRedactor } from '../../support/redact/redact.js';
import { type OpenContext, openContext } from '../context/context.js';
import { labOnly } from '../context/lab-only.js';
import { translateError, translateParseError } from '../text/translate-error.js';
import { takingNothingFromStdin } from './argv.js';
import { successEnvelope, toJson, wantsJson } from './envelope.js';
import { type SharedFlags, sharedFlags } from './flags.js';
import { type Interrupts, listenForInterrupts } from './interrupts.js';
import { withoutSecrets } from './without-secrets.js';

type Values = Record<string, unknown>;

export abstract class CatalystCommand<T> extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = sharedFlags;
  /** Exit statuses beside 0, 1, 2, 8 (--timeout) and 130 that the command can end with. */
  static exitCodes: readonly number[] = [];
  /** True for a command that changes something without the Sovereign's lock. What takes the lock acts in any case. */
  static acts = false;
  /** True for the few commands whose result is meant to hold a secret (a kubeconfig). */
  static revealsSecrets = false;

  private readonly redactor = createRedactor();
  private abandon: (error: Error) => void = () => undefined;
  private interrupts: Interrupts | undefined;
  private context: OpenContext | undefined;

  abstract override run(): Promise<T>;

  /** Parses the arguments of `command` and opens the context of this invocation. */
  protected async open<F extends Values, B extends Values, A extends Values>(
    command: Interfaces.Input<F, B, A>,
  ): Promise<{ args: A; flags: F & SharedFlags; context: Context }> {
    // What is typed as an argument may be one of these; an error about it must not show it.
    for (const variable of secretVariables) this.redactor.register(process.env[variable]);
    const { args, flags, raw } = await this.parse<F, B, A>(takingNothingFromStdin(command)).catch((error: unknown) => {
      throw translateParseError(error, this.config, this.typed());
    });
    const given = flags as unknown as F & SharedFlags;
    const typed = new Set(raw.flatMap((word) => (word.type === 'flag' ? [word.flag] : [])));
    const inLab = given.lab !== undefined || this.id?.startsWith('lab:') === true;
    const only = inLab ? labOnly(given, process.env, typed) : { flags: given, env: process.env, ignored: [] };
    const shared = only.flags;
    this.interrupts = listenForInterrupts((line) =>
      this.context ? this.context.say(line) : process.stderr.write(`\n${line}\n`),
    );
    const { interrupts } = this;
    interrupts.overdue.catch((reason: unknown) => this.abandon(this.endedBy(reason)));
    if (shared.timeout !== undefined) interrupts.limit(shared.timeout);
    if ((this.constructor as typeof CatalystCommand).acts && !shared['dry-run']) {
      interrupts.acts();
      interrupts.changes();
    }
    this.context = openContext(shared, {
      json: this.jsonEnabled(),
      root: this.config.root,
      command: `catalyst ${this.id?.replaceAll(':', ' ') ?? ''}`,
      env: only.env,
      ignored: only.ignored,
      redactor: this.redactor,
      signal: interrupts.signal,
      undoSignal: interrupts.undoSignal,
      onActing: () => interrupts.acts(),
      onChange: () => interrupts.changes(),
    });
    return { args, flags: shared, context: this.context };
  }

  /** Everything after `catalyst`. */
  private typed(): string[] {
    return [...(this.id?.split(':') ?? []), ...this.argv];
  }

  override jsonEnabled(): boolean {
    return wantsJson(this.argv);
  }

  /** A stopped command that does not end is left: what it waits for may never come. */
  protected override async _run<R>(): Promise<R> {
    const overdue = new Promise<never>((_resolve, reject) => {
      this.abandon = reject;
    });
    return Promise.race([super._run<R>(), overdue]);
  }

  protected override async catch(thrown: Error): Promise<never> {
    throw this.endedBy(thrown);
  }

  /** One error, translated and redacted, for main.ts to show: text and JSON then agree on the exit status. */
  private endedBy(thrown: unknown): Error {
    // It has said what it would do; a command that makes more of it catches it itself.
    if (thrown instanceof DryRunStop) return new Quiet();
    const stopped = this.interrupts?.stopped();
    if (stopped?.quietly) return new Quiet();
    const cause = thrown instanceof CatalystError ? thrown : undefined;
    const error = stopped ? withCause(stopped.error, cause) : translateError(thrown, this.config, this.typed());
    const { redactor } = this;
    return new CatalystError(error.code, redactor.redact(error.message), {
      actions: redactor.clean(error.actions),
      cause: withoutSecrets(error.cause ?? error, redactor),
      data: redactor.clean(error.data),
    });
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    await this.context?.close();
    const ended = error === undefined && this.interrupts?.stopped() ? this.endedBy(undefined) : undefined;
    this.interrupts?.close();
    await super.finally(error);
    if (ended) throw ended;
  }

  protected override toSuccessJson(result: unknown): unknown {
    return successEnvelope(result, this.context?.output.warnings ?? []);
  }

  protected override logJson(json: unknown): void {
    const reveals = (this.constructor as typeof CatalystCommand).revealsSecrets;
    process.stdout.write(`${toJson(json, reveals ? undefined : this.redactor)}\n`);
  }
}

/** Ends without a word and with exit 0; main.ts knows it by the code that oclif uses for this. */
class Quiet extends Error {
  readonly code = 'EEXIT';
  readonly oclif = { exit: 0 };
}

/** A stopped command ends with the reason; what failed meanwhile, an undo above all, is part of the message. */
function withCause(reason: CatalystError, failure: CatalystError | undefined): CatalystError {
  if (!failure || failure === reason || failure.code === reason.code) return failure ?? reason;
  return new CatalystError(reason.code, `${reason.message}\n${failure.message}`, {
    actions: [...new Set([...reason.actions, ...failure.actions])],
    cause: failure,
    data: { ...failure.data, also: failure.code },
  });
}
