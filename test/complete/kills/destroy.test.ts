import { atEveryEntry } from './every-entry.js';

atEveryEntry('destroy');
