// One short sentence at the foot of the page, read out by screen readers, gone after a while.
import { signal } from '@preact/signals';

const notice = signal('');
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(text: string) {
  clearTimeout(timer);
  notice.value = text;
  timer = setTimeout(() => (notice.value = ''), 3500);
}

export async function copy(text: string, said: string) {
  try {
    await navigator.clipboard.writeText(text);
    say(said);
  } catch {
    say('The browser does not let this page copy.');
  }
}

export function Notice() {
  return (
    <div class="notice" role="status" aria-live="polite">
      {notice.value && <span>{notice.value}</span>}
    </div>
  );
}
