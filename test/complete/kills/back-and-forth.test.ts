import { atEveryEntry } from './every-entry.js';

atEveryEntry('back and forth');
