// What goes to the terminal. File names, names of people and messages of libraries come from strangers, and a terminal
// obeys control characters: ECMA-48 (C0, C1), and UAX #9 for those that turn the direction of a line.

/** Everything a terminal obeys, and what ends a line. */
const unsafe = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** One line of text in which every such character is written as in JSON: `\u001b`. */
export function visible(text: string): string {
  return text.replace(unsafe, escaped);
}

/** Lines of text with their breaks left alone. JSON stays the same value. */
export function visibleLines(text: string): string {
  return text.replace(unsafe, character => (character === '\n' ? character : escaped(character)));
}

/** Prints results on standard output. */
export function print(text = ''): void {
  console.log(visibleLines(text));
}

/** Tells a person something on standard error. */
export function warn(text: string): void {
  console.error(visibleLines(text));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
