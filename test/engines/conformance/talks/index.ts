import type { Conversation } from '../conversation.js';
import { apply } from './apply.js';
import { customResources } from './custom-resources.js';
import { discovery } from './discovery.js';
import { helm } from './helm.js';
import { http } from './http.js';
import { objects } from './objects.js';
import { rights } from './rights.js';
import { subresources } from './subresources.js';
import { validation } from './validation.js';
import { watches } from './watches.js';

export const talks: readonly Conversation[] = [
  objects,
  apply,
  validation,
  customResources,
  rights,
  discovery,
  http,
  subresources,
  watches,
  helm,
];
