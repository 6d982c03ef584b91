import { atEveryEntry } from './every-entry.js';

atEveryEntry('the walk');
