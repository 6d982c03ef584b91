/** What a purge is applied with. */
import type { Clock } from '../../../support/clock.js';
import type { HetznerApi } from '../../api/api.js';
import type { HetznerAct } from '../../mutation.js';
import type { UnfinishedPurges } from '../plan/unfinished.js';

export interface ApplyTools {
  api: HetznerApi;
  clock: Clock;
  signal: AbortSignal;
  act: HetznerAct;
  unfinished: UnfinishedPurges;
  onWaiting?: (reason: string, deadline?: Date) => void;
}
