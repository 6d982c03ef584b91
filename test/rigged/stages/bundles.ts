/** A signed bundle of a clean PASS, forged by somebody who has the right key. */
import { messageOf } from '../../../src/support/errors/errors.js';
import { verifyBundle } from '../../../src/verification/dod/verify-bundle.js';
import { readRaw } from '../../../src/verification/rederive/raw-bundle.js';
import { renderReport } from '../../../src/verification/rederive/report-data.js';
import { cleanVerdict, type Parts, signedBundle } from '../../fakes/clean-verdict.js';
import type { Judgement, Stage } from '../rigged-world.js';

export interface BundleWorld extends Parts {
  /** The forger draws the page that fits what was forged, so that it is not the page alone that shows it. */
  page: boolean;
}

export const onBundles: Stage<BundleWorld> = {
  async honest() {
    const { files, predicate } = await cleanVerdict();
    return { files, predicate, page: true };
  },
  async judge({ files, predicate, page }): Promise<Judgement> {
    const { signer } = await cleanVerdict();
    if (page) files['report.html'] = await pageOf(files, signer.keyId);
    const file = await signedBundle({ files, predicate }, signer);
    try {
      const { verdict } = await verifyBundle(file, signer.publicKey);
      return { status: verdict === 'PASS' ? 'pass' : 'fail', reason: verdict };
    } catch (error) {
      return { status: 'fail', reason: messageOf(error) };
    }
  },
};

async function pageOf(files: Record<string, string>, keyId: string): Promise<string> {
  try {
    return await renderReport(
      readRaw((path) => files[path]),
      keyId,
    );
  } catch {
    return files['report.html']!;
  }
}

/** Changes one file of JSON. */
// biome-ignore lint/suspicious/noExplicitAny: a forger knows no types
export function edit({ files }: BundleWorld, path: string, change: (value: any) => unknown): void {
  const value = JSON.parse(files[path]!);
  const changed = change(value) ?? value;
  files[path] = `${JSON.stringify(changed, null, 2)}\n`;
}

export interface ItemLine {
  id: string;
  status: string;
  reason: string;
  evidence?: unknown;
}

export const editItem = (world: BundleWorld, id: string, change: (item: ItemLine) => void): void =>
  edit(world, 'dod.json', ({ items }: { items: ItemLine[] }) => change(items.find((one) => one.id === id)!));
