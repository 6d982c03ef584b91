/** Gives way to the stories of an outage: this process, and what it starts. */
import { setPriority } from 'node:os';

setPriority(10);
