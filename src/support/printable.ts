/**
 * Text from elsewhere as a terminal may show it. A name of a snapshot, a response or a file can hold control sequences that set the
 * window's title, clear the screen or write over what the person is about to confirm; here they become visible escapes.
 */

/** C0 and C1 (ESC, CSI, OSC, CR, DEL), formatting characters such as bidi overrides, half characters, and Unicode's own line ends. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const escaped = (one: string) => `\\u${one.codePointAt(0)!.toString(16).padStart(4, '0')}`;

/** Keeps line ends and tabs. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(invisible, (one) => (one === '\n' || one === '\t' ? one : escaped(one)));
}

/** For a name or a reason inside a line: a line end in it would start a line that looks like one of catalyst's. */
export function oneLine(text: string): string {
  return text.replace(invisible, escaped);
}

/** JSON text whose strings hold no control character that JSON leaves as it is; the document stays the same value. */
export function printableJson(json: string): string {
  return json.replace(invisible, (one) => {
    if (one === '\n') return one;
    return [...Array(one.length).keys()].map((at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  });
}
