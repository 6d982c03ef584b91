export interface Sentence {
  line: number;
  text: string;
}
export const folders: string[];
export function sources(folder: string): string[];
export function sentences(source: string): Sentence[];
export function userText(): (Sentence & { file: string })[];
