// Characters that would deceive the eye (Unicode directions, invisible ones, controls) are shown by their number.

const deceptive = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

export interface Part {
  text: string;
  hidden: boolean; // `text` is the number of a character that was not to be shown
}

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(deceptive)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index), hidden: false });
    parts.push({ text: numberOf(match[0]), hidden: true });
    at = match.index + 1;
  }
  if (at < text.length) parts.push({ text: text.slice(at), hidden: false });
  return parts;
}

export function visible(text: string): string {
  return text.replace(deceptive, numberOf);
}

function numberOf(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
