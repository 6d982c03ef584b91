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
 *       context.output.page(explainPage(result));       // text for a person; dropped under --json
 *       return result;                                  // becomes `result` of the JSON document; never undefined
 *     }
 *   }
 * No try, no console, no process.exit. A check that failed throws fail('E3…', …, {data: {result}}) after printing.
 */
import { Command, type Interfaces } from '@oclif/core';
import { DryRunStop } from '../../engine/dry-run.js';
import { secretVariables } from '../../sovereign/credentials/credential-input.js';
import { CatalystError } from '../../support/errors/errors.js';
import { createRedactor } from '../../support/redact/redact.js';
import { labOnly } from '../context/chosen-lab/lab-only.js';
import { type OpenContext, openContext } from '../context/context.js';
import { invocationOf } from '../text/invocation.js';
import { reachedText, type Summary, summaryPage } from '../text/summary.js';
import { translateError, translateParseError } from '../text/translate-error.js';
import { withoutStdin } from './argv.js';
import { successEnvelope, toJson, wantsJson } from './envelope.js';
import { type SharedFlags, sharedFlags } from './flags.js';
import { type Interrupts, listenForInterrupts } from './process/interrupts.js';
import { endedHow, notifyEnd } from './result/notify.js';
import { openResultFile, type ResultFile } from './result/result-file.js';
import { withoutSecrets } from './without-secrets.js';

type Values = Record<string, unknown>;
/** What a command is given: the context of its action, and pages to print. */
export type CommandContext = Omit<OpenContext, 'close' | 'summary' | 'say'>;

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
  /** What the command ends with, once it has failed. */
  private failure: CatalystError | undefined;
  /** --output and --notify. */
  private result: ResultFile | undefined;
  private how: SharedFlags['notify'];

  abstract override run(): Promise<T>;

  /** Parses the arguments of `command` and opens the context of this invocation. */
  protected async open<F extends Values, B extends Values, A extends Values>(
    command: Interfaces.Input<F, B, A>,
  ): Promise<{ args: A; flags: F & SharedFlags; context: CommandContext }> {
    // What is typed as an argument may be one of these; an error about it must not show it.
    for (const variable of secretVariables) this.redactor.register(process.env[variable]);
    const { args, flags, raw } = await this.parse<F, B, A>(withoutStdin(command)).catch((error: unknown) => {
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
    this.how = shared.notify;
    if (shared.output !== undefined) this.result = openResultFile(shared.output);
    this.context = openContext(shared, {
      ...(this.result ? { stdout: this.result } : {}),
      json: this.jsonEnabled(),
      root: this.config.root,
      command: `catalyst ${this.id?.replaceAll(':', ' ') ?? ''}`,
      env: only.env,
      ignored: only.ignored,
      redactor: this.redactor,
      invocation: invocationOf(this.argv, process.env),
      signal: interrupts.signal,
      undoSignal: interrupts.undoSignal,
      runs: [],
      planned: [],
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
    const ended = this.endedBy(thrown);
    if (ended instanceof CatalystError) this.failure = ended;
    throw ended;
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
    const late = () => (error === undefined && this.interrupts?.stopped() ? this.endedBy(undefined) : undefined);
    const before = late();
    if (before instanceof CatalystError) this.failure = before;
    const summary = await this.context?.summary(this.failure).catch(() => undefined);
    await this.context?.close();
    const ended = before ?? late();
    if (ended instanceof CatalystError) this.failure = ended;
    if (summary) this.showSummary(summary);
    this.result?.close();
    // What stopped it may have come after its last step: `error` knows nothing of that.
    notifyEnd(this.how, endedHow(`catalyst ${this.id?.replaceAll(':', ' ')}`, this.failure), process.stderr);
    this.interrupts?.close();
    await super.finally(error);
    if (ended) throw ended;
  }

  /** What ended well on stdout; what failed goes with its error, which main.ts shows. */
  private showSummary(summary: Summary): void {
    const { context, failure } = this;
    if (!context) return;
    const { output } = context;
    if (failure) {
      failure.summary = reachedText(summary, output.lookOf('stderr'));
      if (summary.log) failure.data.log = summary.log;
    } else output.page(summaryPage(summary, process.stdout.rows || undefined));
  }

  protected override toSuccessJson(result: unknown): unknown {
    return successEnvelope(result, this.context?.output.warnings ?? []);
  }

  protected override logJson(json: unknown): void {
    const reveals = (this.constructor as typeof CatalystCommand).revealsSecrets;
    (this.result ?? process.stdout).write(`${toJson(json, reveals ? undefined : this.redactor)}\n`);
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
