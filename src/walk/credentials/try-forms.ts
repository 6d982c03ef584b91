/** Sends one object in every form that a consumer may use, and reads it back: a store that refuses one, or keeps its framing, is named with whom it would fail. */
import { command } from '../../support/commands/command.js';
import { fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { settleAll } from '../../support/settle-all.js';
import { type RequestForm, requestForms } from '../../tools/s3/request-forms.js';
import type { ObjectStore, ObjectStoreWriter } from '../../tools/s3/s3.js';
import type { SentBy } from './consumer-forms.js';

export interface FormsTried {
  /** Forms that the store does not take and that no consumer of this Sovereign uses. */
  refused: RequestForm[];
  /** The same in words, for a summary; empty when it takes all. */
  told: string;
}

/** After the keys are proven. Throws E2301 for the first consumer whose form is refused. */
export async function tryForms(
  store: ObjectStore,
  writer: ObjectStoreWriter,
  at: { bucket: string; key: string },
  senders: readonly SentBy[],
): Promise<FormsTried> {
  const forms = Object.keys(requestForms) as RequestForm[];
  const problems = new Map<RequestForm, string>();
  await settleAll(
    forms.map(async (form) => {
      const why = await refusal(store, writer, { ...at, key: `${at.key}-${form}` }, form);
      if (why) problems.set(form, why);
    }),
  );
  for (const { program, forms: sent } of senders) {
    const form = sent.find((one) => problems.has(one));
    if (form)
      throw fail(
        'E2301',
        `${program} could not write to ${store.endpoint}: it sends ${requestForms[form]}. ${problems.get(form)}`,
        {
          actions: [
            'Choose Object Storage that takes this form, or a version of the program that sends another: spec.blueprints',
            command('credentials verify', 's3-access-key'),
          ],
          data: { form, program },
        },
      );
  }
  const refused = forms.filter((form) => problems.has(form));
  const told = refused.length > 0 ? `; refused, but not used by anything here: ${refused.join(', ')}` : '';
  return { refused, told };
}

async function refusal(
  store: ObjectStore,
  writer: ObjectStoreWriter,
  { bucket, key }: { bucket: string; key: string },
  form: RequestForm,
): Promise<string | undefined> {
  try {
    await writer.putAs(form, bucket, key, key);
  } catch (error) {
    if (!isCatalystError(error) || !isAboutForm(Number(error.data['status'] ?? 0))) throw error;
    return messageOf(error);
  }
  const read = await store.get(bucket, key);
  await writer.delete(bucket, key);
  return read && Buffer.from(read).toString('utf8') === key
    ? undefined
    : `What came back from bucket ${bucket} differs from what was written.`;
}

/** An answer of the store that is no sign of trouble of its own; the keys have been proven before. */
const isAboutForm = (status: number) => (status >= 400 && status < 500) || status === 501;
