import { atEveryEntry } from './every-entry.js';

atEveryEntry('verify dod');
