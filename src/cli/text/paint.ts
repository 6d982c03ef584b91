/** Which color means what, and whether there is one: on a terminal, unless NO_COLOR or --no-color forbids it. */
import { styleText } from 'node:util';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'dim' | 'strong';
export type Paint = (text: string, tone: Tone) => string;

const styles: Record<Tone, Parameters<typeof styleText>[0]> = {
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  busy: 'cyan',
  dim: 'dim',
  strong: 'bold',
};

export function paintIf(color: boolean): Paint {
  return (text, tone) => (color && text !== '' ? styleText(styles[tone], text, { validateStream: false }) : text);
}

export const plain: Paint = (text) => text;
